/**
 * Which episodes are pieces of one recording. AntMaze data mark every row at the goal as terminal while the ant walks
 * on, so that one attempt is an episode and a train of single steps after it; success by attempts says more there than
 * by episodes. Files in D4RL's layout borrow the observation after a terminal row from the next row, though, whether
 * that follows or begins elsewhere. So episodes count as one recording only where both the layout and the movement say it.
 */
import { type ObservationParts, STATE, type Values, widthOf } from "./columns.js";
import type { Episode } from "./episode.js";

/** How many recordings there are, and the share of them that contain the highest reward. */
export interface RecordingSummary {
  readonly recordings: number;
  readonly recordingShare: number;
}

/** How much longer than the longest movement inside an episode so far one at a seam may be: others follow later. */
const SLACK = 1.5;

export class Recordings {
  private previous: Episode | undefined;
  private longest = 0;
  private joins = 0;
  private singles = 0;
  private best = Number.NEGATIVE_INFINITY;
  /** How many complete recordings have each reward as their highest; sparse rewards take two values. */
  private readonly bests = new Map<number, number>();

  constructor(private readonly parts: ObservationParts) {}

  see(episode: Episode): void {
    const { previous } = this;
    if (previous !== undefined) {
      if (this.goesOn(previous, episode)) this.joins++;
      else this.close();
    }
    if (episode.length === 1 && episode.terminated[0] === 1) this.singles++;
    for (const reward of episode.rewards) if (reward > this.best) this.best = reward;
    this.longest = Math.max(this.longest, longestMovement(this.movingPart(episode), episode.length));
    this.previous = episode;
  }

  /**
   * The recordings, where several episodes make one; undefined where each episode is a recording, or all of them would
   * be a single one, which no clock ever ended.
   */
  summary(success: number): RecordingSummary | undefined {
    if (this.previous !== undefined) this.close();
    this.previous = undefined;
    const recordings = [...this.bests.values()].reduce((sum, count) => sum + count, 0);
    if (this.joins === 0 || this.singles === 0 || recordings < 2) return undefined;
    return { recordings, recordingShare: (this.bests.get(success) ?? 0) / recordings };
  }

  private close(): void {
    // Dense rewards have as many highest ones as recordings, and nobody asks for them.
    if (this.bests.size < 3) this.bests.set(this.best, (this.bests.get(this.best) ?? 0) + 1);
    this.best = Number.NEGATIVE_INFINITY;
  }

  /** Whether the next episode begins where this one ended, by a movement as long as others, and no clock had ended it. */
  private goesOn(episode: Episode, next: Episode): boolean {
    if (episode.truncated || !meets(this.parts, episode, next)) return false;
    const { values, width } = this.movingPart(episode);
    const movement = distance(values, (episode.length - 1) * width, episode.length * width, width);
    return movement <= SLACK * this.longest;
  }

  private movingPart({ observations }: Episode): { readonly values: Values; readonly width: number } {
    const name = STATE in this.parts ? STATE : Object.keys(this.parts)[0]!;
    return { values: observations[name]!, width: widthOf(this.parts[name]!) };
  }
}

/** Whether the last observation of an episode is the first of the next one. */
export function meets(parts: ObservationParts, episode: Episode, next: Episode): boolean {
  return Object.entries(parts).every(([name, part]) => {
    const width = widthOf(part);
    const [own, others] = [episode.observations[name]!, next.observations[name]!];
    for (let i = 0; i < width; i++) if (!Object.is(own[episode.length * width + i], others[i])) return false;
    return true;
  });
}

/** Between the observations of an episode that are its own: the one after its last step may be borrowed. */
function longestMovement({ values, width }: { readonly values: Values; readonly width: number }, length: number) {
  let longest = 0;
  for (let row = 1; row < length; row++)
    longest = Math.max(longest, distance(values, (row - 1) * width, row * width, width));
  return longest;
}

/** Euclidean; what is not finite counts as 0. */
function distance(values: Values, one: number, other: number, width: number): number {
  let squares = 0;
  for (let i = 0; i < width; i++) {
    const difference = values[one + i]! - values[other + i]!;
    squares += difference * difference;
  }
  return Number.isFinite(squares) ? Math.sqrt(squares) : 0;
}
