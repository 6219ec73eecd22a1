/**
 * Logs of applications as episodes: the rows of an episode stand together and in the order of their steps, or the
 * mapping says that they are mixed.
 */

import { vectorParts } from "../../columns.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import type { ReadOptions } from "../format.js";
import type { LogTable } from "./log-features.js";
import { LogLayout } from "./log-layout.js";
import { parseMapping } from "./log-mapping.js";
import { withNestedMarks } from "./log-nested.js";
import { LogPass } from "./log-pass.js";

/** @param name the path that the user gave; @throws DataError for what is not a log, UsageError for a wrong mapping */
export function openLog(stored: LogTable, name: string, options: ReadOptions): EpisodeSource {
  const table = withNestedMarks(stored);
  const mapping = parseMapping(options.mapping);
  const layout = new LogLayout(table, mapping, options);
  const { observationSize, actionSize, discreteActions, hasPropensities, otherParts, actionBounds, names } = layout;
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: { ...vectorParts(observationSize), ...otherParts },
    actionSize,
    discreteActions,
    ...(hasPropensities && { hasPropensities }),
    actionBounds,
    names,
    steps: table.rowCount,
    notes,
    async *episodes() {
      notes.begin();
      layout.note(notes);
      const pass = new LogPass(table, layout, mapping, notes, options);
      yield* layout.episodes.sorts ? pass.sorted() : mapping.interleaved ? pass.mixed() : pass.contiguous();
      pass.refuseMarks();
      layout.end();
      layout.judge(pass.evidence, notes);
      pass.made.end();
    },
  };
}
