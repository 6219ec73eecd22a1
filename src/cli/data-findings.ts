/** What is said of data that a command has read or written: what their reader left out, and what the checks find. */
import { checkData } from "../data/checks/checks.js";
import type { Inspection } from "../data/inspect.js";
import { noteSentence } from "../data/notes-text.js";

/** One sentence a line, below the command's own counts. */
export function tellOfData(inspection: Inspection): void {
  for (const note of inspection.notes ?? []) process.stdout.write(`reading: ${noteSentence(note)}\n`);
  for (const { level, sentence } of checkData(inspection)) process.stdout.write(`${level}: ${sentence}\n`);
}
