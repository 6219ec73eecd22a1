/**
 * Columns that plainly mark where episodes end, by the names that people give them. A reader uses such a column or
 * refuses it by name: one that is passed over turns the step across a reset into a transition.
 */
import { DataError } from "../../errors.js";
import { printable, quoted } from "../containers/refusal.js";
import type { DoneMeaning } from "./done-meaning.js";
import { columnRole, namesOf, type RowRole } from "./flat/row-names.js";
import type { RowEnding } from "./step-rows.js";

/** What a marked row says: the task ended, the clock ended the episode, or one of both. */
export type EndMark = "terminated" | "truncated" | "done";

const marks: Readonly<Partial<Record<RowRole, EndMark>>> = {
  terminals: "terminated",
  timeouts: "truncated",
  dones: "done",
  ends: "done",
};

/** What a column of this name marks; undefined where the name does not speak of ends. */
export function endMarkOf(name: string): EndMark | undefined {
  const role = roleOf(name);
  return role && marks[role];
}

/** Gym's wrapper says so in infos where the clock ended an episode. */
export const TIME_LIMIT = "TimeLimit.truncated";

/** @throws DataError for a column that by its name says the opposite: 0 where the task ended */
export function refuseMasks(columns: readonly string[], where: string): void {
  const mask = columns.find((name) => columnRole(name.replace(/^next\./, "")) === "masks");
  if (mask === undefined) return;
  throw new DataError(
    `${where} has a column ${quoted(mask)}, which by its name is 0 where the task ended; store the opposite as terminated, or say --ignore ${printable(mask)}.`,
  );
}

/** LeRobot says "next.done", and infos are objects: "info.TimeLimit.truncated". What is observed marks nothing. */
export function roleOf(name: string): RowRole | undefined {
  const role = columnRole(name);
  const dot = name.indexOf(".");
  if (role !== undefined || dot < 0 || /^(obs|act)/i.test(name)) return role;
  return roleOf(name.slice(dot + 1));
}

/** Spellings of such names, to look for in rows that do not say beforehand which columns they have. */
export const usualEndMarks: readonly string[] = [
  ...(["terminals", "timeouts", "dones", "ends"] as const).flatMap(namesOf),
  ...["isLast", "isTerminal", "end", "ended", "finished", "over", "game_over", "gameOver", "endOfEpisode"],
  ...[TIME_LIMIT, `info.${TIME_LIMIT}`, `infos.${TIME_LIMIT}`],
];

/** The column of each meaning; absent where there is none. */
export type MarkColumns = Readonly<Record<EndMark, string | undefined>>;

/** What each meaning is, to go after "says". */
export const endMarkMeanings: Readonly<Record<EndMark, string>> = {
  terminated: "that the task ended",
  truncated: "that the clock ended an episode",
  done: "that an episode ended",
};

/**
 * How an episode stands after a row with these marks. Beside a mark of one kind, an end without that mark is of the
 * other kind; an end of neither is what `meaning` says.
 * @param known the marks that the file has; @param steps of the episode, with that of the row
 */
export function endingOf(
  set: (mark: EndMark) => boolean,
  known: Readonly<Record<EndMark, unknown>>,
  meaning: DoneMeaning,
  steps: number,
): RowEnding {
  if (set("terminated")) return "terminated";
  if (set("truncated")) return "truncated";
  if (!set("done")) return "goes on";
  if (known.terminated !== undefined) return "truncated";
  return known.truncated !== undefined ? "terminated" : meaning.ending(steps);
}
