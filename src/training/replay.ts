/**
 * The replay that a run learns from: recorded transitions, wherever they are, mixed with those of the episodes that are
 * collected online, which are in memory. Every episode enters it in the same way (data/transitions.ts).
 */
import type { Batch } from "../data/columns.js";
import type { Episode } from "../data/episode.js";
import { sampleMixture } from "../data/mixture.js";
import type { Replay as MemoryReplay, SampledReplay } from "../data/replay.js";
import { type TransitionOptions, toTransitions } from "../data/transitions.js";
import type { RandomStream } from "../random.js";
import type { Replay } from "./ports.js";

export class MixedReplay implements Replay {
  /**
   * @param options how episodes become transitions; the recorded ones became so in the same way
   * @param random where draws come from
   */
  constructor(
    readonly offline: SampledReplay,
    readonly online: MemoryReplay,
    private readonly options: TransitionOptions,
    private readonly random: RandomStream,
  ) {}

  add(episode: Episode): Float32Array {
    const transitions = toTransitions([episode], this.options);
    this.online.append(transitions);
    return transitions.rows.rewards;
  }

  fill(batch: Batch, ratio: number, parts: number): void {
    sampleMixture(batch, this.offline, this.online, ratio, this.random, parts);
  }

  get draws(): number {
    return this.offline.draws ?? 0;
  }

  skipTo(draws: number): void {
    this.offline.skipTo?.(draws);
  }
}
