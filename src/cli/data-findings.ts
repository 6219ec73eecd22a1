/** What is said of data that a command has read or written: what their reader left out, and what the checks find. */
import { checkData } from "../data/checks/checks.js";
import type { Inspection } from "../data/inspect.js";
import { noteSentence } from "../data/notes-text.js";

/** One sentence a line on standard error, so that what the command prints can still be piped. */
export function tellOfData(inspection: Inspection): void {
  for (const note of inspection.notes ?? []) process.stderr.write(`reading: ${noteSentence(note)}\n`);
  for (const { level, sentence } of checkData(inspection)) process.stderr.write(`${level}: ${sentence}\n`);
}
