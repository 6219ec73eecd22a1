/**
 * What the critics say of the states in which recorded episodes begin, beside what was recorded from there: the two
 * numbers that tell at the switch whether another way of ending an episode will look better than the one that is known
 * (docs/unlearning.md). Measured whenever a line of metrics is written; it draws nothing random and changes nothing.
 */
import type { Agent } from "../agents/agent.js";
import { allocate, type ObservationParts, type Observations, type Values, widthOf } from "../data/columns.js";
import type { Episode } from "../data/episode.js";
import { failsThroughout } from "../data/returns.js";
import { type TransitionOptions, toTransitions } from "../data/transitions.js";
import type { LearningData } from "./learning-data.js";
/** Episodes that are looked at, spread evenly over all: files that were merged hold one source after the other. */
export const MOST_EPISODES = 64;
/**
 * The share of the recorded steps that may be worse than doing nothing. Of rewards that differ at every step none is the
 * most common one, and where episodes stay at the goal it is the goal's; the single lowest may be a rare penalty, by which
 * no episode could live.
 */
const WORSE = 0.05;
/** The weight of what comes after a cut-off episode, discounted to its beginning, from which on its return is not whole. */
const NEGLIGIBLE = 0.01;

export class StartWatch {
  private constructor(
    private readonly observations: Observations,
    private readonly returnMean: number,
    private readonly idleValue: number,
    private readonly wholeShare: number,
  ) {}

  /**
   * Over episodes spread evenly over the recorded ones; undefined where there are none. Q and G are those of the episodes
   * whose return is whole, where there are any: a critic counts what would have come after the clock, and G does not.
   */
  static of(data: LearningData, transitions: TransitionOptions): StartWatch | undefined {
    const episodes = spreadOver(data);
    if (episodes.length === 0) return undefined;
    const whole = episodes.filter((episode) => isWhole(episode, transitions));
    const seen = whole.length > 0 ? whole : episodes;
    const returns = seen.map((episode) => toTransitions([episode], transitions).rows.returnsToGo?.[0] ?? Number.NaN);
    const idleValue = idleValueIn(episodes, transitions);
    const share = whole.length / episodes.length;
    return new StartWatch(startsOf(seen, data.observations), meanOf(returns), idleValue, share);
  }

  /** The metrics startQMean, startReturnMean, idleValue and, where it is not 1, startWholeShare; none where the agent has no critics. */
  async measure(agent: Agent): Promise<Readonly<Record<string, number>>> {
    const { state, ...others } = this.observations;
    const vector = state !== undefined && Object.keys(others).length === 0;
    const values = await agent.values(vector ? (state as Float32Array) : this.observations);
    if (!values) return {};
    const known = { startReturnMean: this.returnMean, idleValue: this.idleValue };
    return {
      startQMean: meanOf(values),
      ...(this.wholeShare < 1 && { startWholeShare: this.wholeShare }),
      ...Object.fromEntries(Object.entries(known).filter(([, value]) => Number.isFinite(value))),
    };
  }
}

/** Whether an episode's return-to-go is all that it is worth: it ended, fails forever, or hardly anything could follow. */
function isWhole(episode: Episode, transitions: TransitionOptions): boolean {
  const { rewards, terminated } = toTransitions([episode], transitions).rows;
  const { discount, sparseFailureReward } = transitions.returns!;
  return (
    terminated.includes(1) || failsThroughout(rewards, sparseFailureReward) || discount ** episode.length < NEGLIGIBLE
  );
}

/** The recorded episodes that are looked at. */
export function spreadOver(data: Pick<LearningData, "spread">): Episode[] {
  return [...data.spread(MOST_EPISODES)].filter(({ length }) => length > 0);
}

/** Mean undiscounted return of the episodes that are looked at, in the environment's own rewards; NaN where there are none. */
export function recordedReturn(data: Pick<LearningData, "spread">): number {
  return meanOf(spreadOver(data).map(({ rewards }) => rewards.reduce((sum, reward) => sum + reward, 0)));
}

/**
 * What doing nothing is worth: to receive forever the reward below which only a few of the recorded steps lie, of those
 * that did not end an episode.
 * @returns in the rewards that critics see; NaN where there is no such step
 */
export function idleValueIn(episodes: Iterable<Episode>, transitions: TransitionOptions): number {
  const lasting: number[] = [];
  for (const episode of episodes) {
    const { rewards, terminated } = toTransitions([episode], transitions).rows;
    for (let i = 0; i < rewards.length; i++) if (!terminated[i]) lasting.push(rewards[i]!);
  }
  const sorted = Float32Array.from(lasting).sort();
  return (sorted[Math.floor(WORSE * sorted.length)] ?? Number.NaN) / (1 - transitions.returns!.discount);
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
