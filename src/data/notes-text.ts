/** What the readers of data say, in words with counts: the same sentences wherever data are read. */
import { counted } from "./figures.js";
import type { ReadingNote } from "./reading-notes.js";

/** "95 rows left out, because their episode has no second row (line 3, for one)", or the note's own sentence; without a full stop. */
export function noteSentence({ text: told, leftOut, example }: ReadingNote): string {
  const text = told.replace(/\.$/, "");
  const place = example === undefined ? "" : ` (${example}${leftOut > 1 ? ", for one" : ""})`;
  if (leftOut > 0) return `${counted(leftOut, "row")} left out, ${text}${place}`;
  return `${text}${place}`;
}

/** The notes of several datasets, each with the name of its own. */
export function notesOfAll(
  datasets: readonly { readonly source: string; readonly notes?: readonly ReadingNote[] | undefined }[],
): readonly ReadingNote[] {
  return datasets.flatMap(({ source, notes = [] }) =>
    notes.map((note) =>
      note.leftOut > 0
        ? { ...note, example: note.example === undefined ? `in ${source}` : `in ${source}, ${note.example}` }
        : { ...note, text: `${source}: ${note.text}` },
    ),
  );
}
