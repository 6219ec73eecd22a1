/**
 * One pass over recorded episodes, from which an inspection follows: episode by episode, so that data larger than memory
 * can be inspected as well. What it keeps grows with the number of different lengths, not with that of the episodes.
 */
import { STATE, widthOf } from "./columns.js";
import type { Dataset, Episode } from "./episode.js";
import type { Inspection, SparseSuccess } from "./inspect.js";
import { ActionPass } from "./inspect-actions.js";
import { DuplicatePass, ValuePass } from "./inspect-values.js";
import type { ReadingNote } from "./reading-notes.js";
import { meets, Recordings } from "./recordings.js";

/** What a pass must know beforehand. */
export type PassHeader = Omit<Dataset, "episodes" | "notes">;

const MOST_REWARD_VALUES = 10;
/** A `Set` holds at most 2^24. */
const MOST_COMPARED = 2 ** 24;

export class InspectionPass {
  private episodes = 0;
  private steps = 0;
  private terminatedSteps = 0;
  private terminatedEpisodes = 0;
  private truncatedEpisodes = 0;
  private positiveEpisodes = 0;
  /** How many episodes have each length. */
  private readonly lengths = new Map<number, number>();
  /** How many steps have each reward, and how many episodes have it as their highest; undefined where rewards are dense. */
  private rewardSteps: Map<number, number> | undefined = new Map();
  private readonly highest = new Map<number, number>();
  private readonly returns = { min: Number.POSITIVE_INFINITY, sum: 0, max: Number.NEGATIVE_INFINITY, episodes: 0 };
  private readonly rewards = new ValuePass(1);
  private readonly actions: ActionPass;
  private readonly parts: ReadonlyMap<string, { readonly pass: ValuePass; readonly width: number }>;
  private readonly duplicates: DuplicatePass;
  private readonly recordings: Recordings;
  private previous: Episode | undefined;

  /** @param mostCompared steps, from the first on, among which those that occur twice are counted */
  constructor(
    private readonly header: PassHeader,
    mostCompared = MOST_COMPARED,
  ) {
    const { observations, actionSize } = header;
    this.actions = new ActionPass(header);
    this.parts = new Map(
      Object.entries(observations).map(([name, part]) => {
        const width = widthOf(part);
        return [name, { pass: new ValuePass(name === STATE ? width : 1), width }];
      }),
    );
    this.duplicates = new DuplicatePass(observations, actionSize, Math.min(mostCompared, MOST_COMPARED));
    this.recordings = new Recordings(observations);
  }

  see(episode: Episode): void {
    this.episodes++;
    this.steps += episode.length;
    this.lengths.set(episode.length, (this.lengths.get(episode.length) ?? 0) + 1);
    this.seeEnding(episode);
    this.seeRewards(episode.rewards);
    this.actions.see(episode.actions);
    this.seeObservations(episode);
    this.duplicates.see(episode);
    this.recordings.see(episode);
  }

  /** @param notes what the reader of the data said */
  summary(notes: readonly ReadingNote[] = []): Inspection {
    const { header, episodes } = this;
    if (this.previous) this.seeLast(this.previous);
    this.previous = undefined;
    const share = (count: number) => count / Math.max(1, episodes);
    const { [STATE]: states, ...parts } = Object.fromEntries(
      [...this.parts].map(([name, { pass }]) => [name, pass.summary]),
    );
    const { min, sum, max, episodes: known } = this.returns;
    const rewardValues = this.rewardValues();
    const success = this.success(rewardValues);
    return {
      source: header.source,
      observations: header.observations,
      actionSize: header.actionSize,
      episodes,
      steps: this.steps,
      lengths: spread(this.lengths, episodes),
      singleStepEpisodes: this.lengths.get(1) ?? 0,
      returns: known > 0 ? { min, mean: sum / known, max } : { min: Number.NaN, mean: Number.NaN, max: Number.NaN },
      terminatedSteps: this.terminatedSteps,
      terminatedShare: share(this.terminatedEpisodes),
      truncatedShare: share(this.truncatedEpisodes),
      positiveRewardShare: share(this.positiveEpisodes),
      ...(success && { success }),
      rewards: this.rewards.summary,
      ...(rewardValues && { rewardValues }),
      ...this.actions.summary,
      ...(header.actionBounds && { actionBounds: header.actionBounds }),
      ...(states && { states }),
      parts,
      ...this.duplicates.summary,
      ...(header.names && { names: header.names }),
      ...(notes.length > 0 && { notes }),
    };
  }

  private seeEnding({ terminated, truncated }: Episode): void {
    let ends = 0;
    for (const flag of terminated) if (flag === 1) ends++;
    this.terminatedSteps += ends;
    if (ends > 0) this.terminatedEpisodes++;
    if (truncated) this.truncatedEpisodes++;
  }

  private seeRewards(rewards: Float32Array): void {
    this.rewards.see(rewards);
    let [sum, highest] = [0, Number.NEGATIVE_INFINITY];
    for (const reward of rewards) {
      sum += reward;
      if (reward > highest) highest = reward;
      if (this.rewardSteps && Number.isFinite(reward))
        this.rewardSteps.set(reward, (this.rewardSteps.get(reward) ?? 0) + 1);
      if (this.rewardSteps && this.rewardSteps.size > MOST_REWARD_VALUES) this.rewardSteps = undefined;
    }
    if (highest > 0) this.positiveEpisodes++;
    if (this.rewardSteps) this.highest.set(highest, (this.highest.get(highest) ?? 0) + 1);
    // What an episode earned is not known where a reward is none.
    if (!Number.isFinite(sum)) return;
    this.returns.episodes++;
    this.returns.min = Math.min(this.returns.min, sum);
    this.returns.max = Math.max(this.returns.max, sum);
    this.returns.sum += sum;
  }

  /** The last observation counts only if it is not the next episode's first, which would count it twice. */
  private seeObservations(episode: Episode): void {
    const { previous } = this;
    if (previous && !meets(this.header.observations, previous, episode)) this.seeLast(previous);
    for (const [name, { pass, width }] of this.parts) pass.see(episode.observations[name]!, 0, episode.length * width);
    this.previous = episode;
  }

  private seeLast({ length, observations }: Episode): void {
    for (const [name, { pass, width }] of this.parts)
      pass.see(observations[name]!, length * width, (length + 1) * width);
  }

  private rewardValues(): Inspection["rewardValues"] {
    return (
      this.rewardSteps &&
      [...this.rewardSteps].map(([value, steps]) => ({ value, steps })).sort((a, b) => a.value - b.value)
    );
  }

  private success(values: Inspection["rewardValues"]): SparseSuccess | undefined {
    const [lower, higher] = values ?? [];
    if (values?.length !== 2 || !lower || !higher) return undefined;
    const reward = higher.value;
    const episodeShare = (this.highest.get(reward) ?? 0) / this.episodes;
    // The usual reward is what a step costs or pays anyway, unless the two are those of sparse tasks, and some fail.
    const sparse = reward - lower.value === 1 && (reward === 1 || reward === 0) && episodeShare < 1;
    if (higher.steps > lower.steps && !sparse) return undefined;
    return { reward, episodeShare, ...this.recordings.summary(reward) };
  }
}

/** Minimum, median and maximum of values that are counted by value. */
function spread(counts: ReadonlyMap<number, number>, total: number): Inspection["lengths"] {
  const sorted = [...counts].sort(([one], [other]) => one - other);
  const at = (index: number) => {
    let before = 0;
    for (const [value, count] of sorted) {
      before += count;
      if (index < before) return value;
    }
    return 0;
  };
  const middle = (total - 1) / 2;
  return { min: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, max: at(total - 1) };
}
