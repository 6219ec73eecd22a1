/**
 * What the critics say of the states in which recorded episodes begin, beside what was recorded from there: the two
 * numbers that tell at the switch whether another way of ending an episode will look better than the one that is known
 * (docs/unlearning.md). Measured whenever a line of metrics is written; it draws nothing random and changes nothing.
 */
import type { Agent } from "../agents/agent.js";
import { allocate, type ObservationParts, type Observations, type Values, widthOf } from "../data/columns.js";
import type { Episode } from "../data/episode.js";
import { type TransitionOptions, toTransitions } from "../data/transitions.js";
import type { LearningData } from "./learning-data.js";
import { RewardRange } from "./reward-range.js";

/** Episodes that are looked at. */
const MOST_EPISODES = 64;

export class StartWatch {
  private constructor(
    private readonly observations: Observations,
    private readonly returnMean: number,
  ) {}

  /** Over the first of the recorded episodes; undefined where there are none. */
  static of(data: LearningData, transitions: TransitionOptions): StartWatch | undefined {
    const episodes = firstOf(data.each());
    if (episodes.length === 0) return undefined;
    const returns = episodes.map(
      (episode) => toTransitions([episode], transitions).rows.returnsToGo?.[0] ?? Number.NaN,
    );
    return new StartWatch(startsOf(episodes, data.observations), meanOf(returns));
  }

  /**
   * The metrics startQMean, startReturnMean and idleValue; none where the agent has no critics.
   * @param lowest reward so far of a step that did not end its episode
   */
  async measure(agent: Agent, lowest: number | undefined): Promise<Readonly<Record<string, number>>> {
    const { state, ...others } = this.observations;
    const vector = state !== undefined && Object.keys(others).length === 0;
    const values = await agent.values(vector ? (state as Float32Array) : this.observations);
    if (!values) return {};
    const idleValue = idleValueOf(lowest, agent.settings.discount as number);
    const known = { startReturnMean: this.returnMean, idleValue };
    return {
      startQMean: meanOf(values),
      ...Object.fromEntries(Object.entries(known).filter(([, value]) => Number.isFinite(value))),
    };
  }
}

/** What it is worth to receive a reward forever: doing nothing, where it is the lowest that does not end an episode. */
function idleValueOf(lowest = Number.NaN, discount: number): number {
  return lowest / (1 - discount);
}

/** The same from all recorded episodes, for a run that recorded it otherwise; NaN where there are none. */
export function idleValueIn(episodes: Iterable<Episode>, transitions: TransitionOptions): number {
  const range = new RewardRange();
  for (const episode of episodes) {
    const { rewards, terminated } = toTransitions([episode], transitions).rows;
    range.see(rewards, terminated);
  }
  return idleValueOf(range.lowestLasting, transitions.returns!.discount);
}

function firstOf(episodes: Iterable<Episode>): Episode[] {
  const first: Episode[] = [];
  for (const episode of episodes) {
    if (episode.length > 0) first.push(episode);
    if (first.length === MOST_EPISODES) break;
  }
  return first;
}

/** The first observation of each episode: rows of every part. */
function startsOf(episodes: readonly Episode[], parts: ObservationParts): Observations {
  const rows = Object.entries(parts).map(([name, part]): [string, Values] => {
    const width = widthOf(part);
    const values = allocate(part, episodes.length);
    episodes.forEach((episode, i) => {
      values.set(episode.observations[name]!.subarray(0, width), i * width);
    });
    return [name, values];
  });
  return Object.fromEntries(rows);
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
