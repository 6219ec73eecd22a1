/**
 * Episodes that follow from the settings of a collection and their own number, so that threads can share them: whoever plays
 * them, and however many do, the data are the same.
 */
import type { Episode } from "../data/episode.js";
import type { MaybePromise } from "./environment.js";
import type { TaskCollection } from "./family.js";

/** An episode as it was played to its end. */
export interface NumberedEpisode {
  readonly episode: Episode;
  /** [length] What was done after each step, as the task's collection counts it. */
  readonly done: Uint8Array;
}

export interface EpisodePlayer {
  /** Plays episode `number` (from 0) for at most `limit` steps: the same ones, however long it goes on. */
  play(number: number, limit: number): MaybePromise<NumberedEpisode>;
  close(): MaybePromise<void>;
}

/** Players for a collection of about so many episodes; undefined where it is to be played where it was asked for. */
export type StartPlayers = (settings: TaskCollection, episodes: number) => readonly EpisodePlayer[] | undefined;

/** Episodes that each of several players is asked for ahead of those that were taken. */
const ahead = 2;

/**
 * Episodes in the order of their numbers, from players that work at the same time, until nobody takes any more.
 * @param limit the most steps that the next one may have
 */
export async function* episodesInOrder(
  players: readonly EpisodePlayer[],
  limit: () => number,
): AsyncGenerator<NumberedEpisode, never> {
  const most = players.length === 1 ? 1 : ahead * players.length;
  const pending: Promise<NumberedEpisode>[] = [];
  for (let number = 0; ; ) {
    for (; pending.length < most; number++) {
      const played = Promise.resolve(players[number % players.length]!.play(number, limit()));
      played.catch(() => {}); // told when it is taken, if it ever is
      pending.push(played);
    }
    yield await pending.shift()!;
  }
}
