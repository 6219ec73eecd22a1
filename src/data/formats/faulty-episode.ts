/**
 * Episodes that contradict themselves: the recorder stopped in the middle, or wrote what is no number. Copying such a
 * file again cannot help, so the sentence offers to leave these episodes out (`ReadOptions.dropFaulty`), and the notes
 * then count them by reason. Bytes that cannot be decoded are something else: that file is damaged.
 */
import { DataError } from "../../errors.js";
import { checkFinite } from "../containers/refusal.js";
import { noteSentence } from "../notes-text.js";
import type { ReadingNotes } from "../reading-notes.js";
import type { ReadOptions } from "./format.js";

/** An episode that is being read. */
export interface EpisodeInHand {
  /** The file and the episode, as messages begin: `"door.hdf5": "demo_3"`. */
  readonly where: string;
  /** The episode alone: "demo_3". */
  readonly place: string;
  /** Steps that are left out with it. */
  readonly steps: number;
}

export class FaultyEpisode extends DataError {
  /** @param reason to follow the count of rows in a note: "because ..." */
  constructor(
    message: string,
    readonly episode: EpisodeInHand,
    readonly reason: string,
  ) {
    super(message);
  }
}

/** @param problem goes on from the episode's name: "has 5 observations where ..."; @param kind what many may have alike */
export function faulty(episode: EpisodeInHand, problem: string, kind: string): FaultyEpisode {
  return new FaultyEpisode(
    `${episode.where} ${problem}: the recording is faulty; record this episode again, or leave faulty ones out with --drop-faulty.`,
    episode,
    reasonOf(kind),
  );
}

/** What `check` gives; what it refuses is the fault of this episode. */
export function checkedIn<T>(episode: EpisodeInHand, kind: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DataError) || error instanceof FaultyEpisode) throw error;
    throw new FaultyEpisode(orDropped(error.message), episode, reasonOf(kind));
  }
}

/** A check of rows whose episodes are not known yet: what it refuses says that faulty ones can be left out. */
export function checkedRows(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof DataError ? new DataError(orDropped(error.message)) : error;
  }
}

function orDropped(sentence: string): string {
  if (sentence.includes("--drop-faulty")) return sentence;
  return `${sentence.replace(/\.$/, "")}, or leave faulty episodes out with --drop-faulty.`;
}

/** What `read` gives; undefined where the episode is faulty and such episodes are left out, which the notes then say. */
export async function unlessFaulty<T>(
  { dropFaulty }: Pick<ReadOptions, "dropFaulty">,
  notes: ReadingNotes,
  read: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (dropFaulty !== true || !(error instanceof FaultyEpisode)) throw error;
    const { episode, reason } = error;
    notes.leaveOut(Math.max(1, episode.steps), reason, episode.place);
    return undefined;
  }
}

/** The error for data of which nothing is left. */
export function nothingLeft(name: string, notes: ReadingNotes): DataError {
  const [note] = notes.all;
  const why = note ? ` (${noteSentence(note)})` : "";
  return new DataError(`"${name}" holds no episode that can be learned from${why}; record others.`);
}

/** Why rows are left out, to follow their count. */
export function reasonOf(kind: string): string {
  return `because their episode is faulty: ${kind}`;
}

/** Whether values must be finite: for a look at data they need not be, but an episode that is to be left out is so there too. */
export function mustBeFinite({
  allowNonFinite,
  dropFaulty,
}: Pick<ReadOptions, "allowNonFinite" | "dropFaulty">): boolean {
  return allowNonFinite !== true || dropFaulty === true;
}

/** `checkFinite` of an array of one episode. @throws FaultyEpisode */
export function checkFiniteIn(episode: EpisodeInHand, values: Float32Array, columns: number, where: string): void {
  checkedIn(episode, "it holds values that are no finite numbers", () => checkFinite(values, columns, where));
}
