/**
 * What a run learns from and how it is drawn: recorded episodes in memory, or blocks elsewhere where they are larger than
 * the memory that a run gives them. The loop sees one thing.
 */
import { widthOf } from "../data/columns.js";
import { countSteps, type Dataset, type Episode } from "../data/episode.js";
import { type EpisodeBlocks, type EpisodeSource, loadDataset } from "../data/episode-source.js";
import { PooledReplay, transitionBytes } from "../data/pooled-replay.js";
import { Replay, type ReplayOptions, type SampledReplay } from "../data/replay.js";
import {
  type ActionBounds,
  actionRangeOf,
  type Normalisation,
  normalisationOf,
  refuseActionsBeyond,
} from "../data/transform.js";
import { type TransitionOptions, toTransitions } from "../data/transitions.js";
import type { RandomStream } from "../random.js";

/** Recorded data, wherever they are. */
export interface LearningData extends Omit<Dataset, "episodes"> {
  readonly episodes: number;
  readonly steps: number;
  /** The task that the data themselves name. */
  readonly recordedTask?: string | undefined;
  /** The replay that updates draw recorded transitions from. */
  replay(options: LearningOptions): SampledReplay;
  /** The bytes that tell these data from others; of blocks, what their manifest says of every one. */
  identity(): readonly ArrayBufferView[];
  /**
   * All recorded actions must lie within bounds.
   * @param remedy what to do about the bounds
   * @throws DataError with the share of those that do not
   */
  refuseActionsBeyond(bounds: ActionBounds, remedy: string): void;
  /** The smallest and the largest recorded number of every entry of an action. */
  actionRange(): ActionBounds;
  /** Episodes one by one, from the first on, for whoever looks at a few. */
  each(): Iterable<Episode>;
  /** At most so many episodes, spread evenly over all of them, in their order. */
  spread(most: number): Iterable<Episode>;
  /**
   * So large a share of the episodes by themselves, drawn at random, and the rest to learn from. Of blocks, whole ones are
   * drawn, no more than fit into memory beside those that are learned from.
   */
  holdOut(share: number, random: RandomStream): { readonly data: LearningData; readonly heldOut: Dataset };
  /** Of the vector `state`, over all steps. */
  normalisation(): Normalisation;
  /** Gives files back; nothing can be drawn afterwards. */
  close(): void;
}

export interface LearningOptions extends Pick<ReplayOptions, "requiresReturnToGo"> {
  /** How recorded steps become transitions. */
  readonly transitions: TransitionOptions;
  readonly seed: number;
}

/** Data in memory. */
export function dataInMemory(dataset: Dataset): LearningData {
  const { source, observations, actionSize, discreteActions, names, episodes } = dataset;
  return {
    ...{ source, observations, actionSize, discreteActions, names },
    episodes: episodes.length,
    steps: countSteps(dataset),
    replay({ requiresReturnToGo, transitions }) {
      const replay = new Replay({ observations, actionSize, requiresReturnToGo });
      if (episodes.length > 0) replay.append(toTransitions(episodes, transitions));
      return replay;
    },
    actionBounds: dataset.actionBounds,
    notes: dataset.notes,
    refuseActionsBeyond: (bounds, remedy) => refuseActionsBeyond(episodes, bounds, source, remedy),
    actionRange: () => actionRangeOf(episodes, actionSize),
    each: () => episodes,
    spread: (most) => spreadOf(episodes, most),
    holdOut(share, random) {
      const held = drawnFrom(episodes.length, share, random);
      const kept = (wanted: boolean) => episodes.filter(({ length }, i) => length > 0 && held.has(i) === wanted);
      const rest = dataInMemory({ ...dataset, episodes: kept(false) });
      return {
        data: { ...rest, notes: this.notes, recordedTask: this.recordedTask },
        heldOut: { ...dataset, episodes: kept(true) },
      };
    },
    normalisation: () => normalisationOf(() => episodes, widthOf(observations.state!)),
    identity: () => episodes.flatMap((e) => [...Object.values(e.observations), e.actions, e.rewards, e.terminated]),
    close: () => {},
  };
}

/** A dataset that is open for reading, and can be closed. */
type Opened = EpisodeSource & { close(): void };

/**
 * Data that were opened: drawn block by block if they come in blocks and are larger than `megabytes` as transitions, else
 * loaded.
 * @param megabytes of 2^20 bytes
 */
export async function dataOpened(opened: Opened, megabytes: number): Promise<LearningData> {
  const { blocks } = opened;
  const poolRows = poolRowsOf(opened, megabytes);
  if (blocks !== undefined && blocks.steps > poolRows) return dataInBlocks(opened, blocks, poolRows);
  try {
    return dataInMemory(await loadDataset(opened));
  } finally {
    opened.close();
  }
}

function dataInBlocks(opened: Opened, blocks: EpisodeBlocks, poolRows: number): LearningData {
  const { source, observations, actionSize, discreteActions, names } = opened;
  const sizes = { observations, actionSize };
  return {
    ...{ source, ...sizes, discreteActions, names },
    episodes: blocks.episodes,
    steps: blocks.steps,
    actionBounds: opened.actionBounds,
    replay: (options) => new PooledReplay(blocks, { ...sizes, ...options, poolRows }),
    refuseActionsBeyond: (bounds, remedy) => refuseActionsBeyond(episodesOf(blocks), bounds, source, remedy),
    actionRange: () => actionRangeOf(episodesOf(blocks), actionSize),
    each: () => episodesOf(blocks),
    spread: (most) => spreadOfBlocks(blocks, most),
    holdOut(share, random) {
      const held = drawnFrom(blocks.count, share, random);
      const episodes: Episode[] = [];
      for (const block of held) {
        if (countSteps({ episodes }) >= poolRows / 2) held.delete(block);
        else episodes.push(...blocks.read(block).filter(({ length }) => length > 0));
      }
      const rest = dataInBlocks(opened, blocksWithout(blocks, held, episodes), poolRows);
      const heldOut = { source, ...sizes, discreteActions, actionBounds: opened.actionBounds, episodes };
      return { data: { ...rest, notes: this.notes, recordedTask: this.recordedTask }, heldOut };
    },
    normalisation: () => normalisationOf(() => episodesOf(blocks), widthOf(observations.state!)),
    identity: () => [new TextEncoder().encode(blocks.identity)],
    close: () => opened.close(),
  };
}

function* episodesOf(blocks: EpisodeBlocks): Generator<Episode> {
  for (let block = 0; block < blocks.count; block++) yield* blocks.read(block);
}

/** So many of all, at random, and in an order at random. */
function drawnFrom(count: number, share: number, random: RandomStream): Set<number> {
  const all = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [all[i], all[other]] = [all[other]!, all[i]!];
  }
  return new Set(all.slice(0, Math.round(share * count)));
}

function blocksWithout(blocks: EpisodeBlocks, left: ReadonlySet<number>, episodes: readonly Episode[]): EpisodeBlocks {
  const kept = [...Array(blocks.count).keys()].filter((block) => !left.has(block));
  return {
    episodes: blocks.episodes - episodes.length,
    steps: blocks.steps - countSteps({ episodes }),
    count: kept.length,
    identity: blocks.identity,
    read: (block) => blocks.read(kept[block]!),
  };
}

/** So many of all, at even distances; all where there are no more. */
function spreadOf<Item>(all: readonly Item[], most: number): Item[] {
  const count = Math.min(most, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}

/** As many from every block that is read; blocks hold about as many steps, so that no more of them need be read. */
function* spreadOfBlocks(blocks: EpisodeBlocks, most: number): Generator<Episode> {
  const read = spreadOf([...Array(blocks.count).keys()], most);
  for (const [i, block] of read.entries()) {
    const share = Math.floor(((i + 1) * most) / read.length) - Math.floor((i * most) / read.length);
    yield* spreadOf(blocks.read(block), share);
  }
}

/** Transitions that fit into so many megabytes. */
export function poolRowsOf(sizes: Pick<Dataset, "observations" | "actionSize">, megabytes: number): number {
  return Math.max(1, Math.floor((megabytes * 2 ** 20) / transitionBytes(sizes)));
}
