/**
 * Columns that plainly mark where episodes end, by the names that people give them. A reader uses such a column or
 * refuses it by name: one that is passed over turns the step across a reset into a transition.
 */

/** What a marked row says: the task ended, the clock ended the episode, or one of both. */
export type EndMark = "terminated" | "truncated" | "done";

/** In lower case, without what stands between words: "is_last" and "isLast" are one name. */
const names: Readonly<Record<EndMark, readonly string[]>> = {
  terminated: ["terminated", "terminateds", "terminal", "terminals", "termination", "terminations", "isterminal"],
  truncated: [
    "truncated",
    "truncateds",
    "truncation",
    "truncations",
    "timeout",
    "timeouts",
    "istimeout",
    "istruncated",
  ],
  done: [
    ...["done", "dones", "isdone", "nextdone", "islast", "isend", "isfinal", "episodeend", "episodeends"],
    ...["episodeended", "episodedone", "episodeover", "episodeterminal", "episodeterminals", "endofepisode"],
  ],
};

const marks = new Map(
  (Object.keys(names) as EndMark[]).flatMap((mark) => names[mark].map((name) => [name, mark] as const)),
);

/** What a column of this name marks; undefined where the name does not speak of ends. */
export function endMarkOf(name: string): EndMark | undefined {
  return marks.get(name.toLowerCase().replace(/[\s._-]/g, ""));
}

/** Spellings of such names, to look for in rows that do not say beforehand which columns they have. */
export const usualEndMarks: readonly string[] = [
  ...["terminated", "terminal", "terminals", "is_terminal", "truncated", "truncation", "timeout", "timeouts"],
  ...["done", "dones", "is_done", "is_last", "episode_end", "end_of_episode", "isLast", "isTerminal"],
];
