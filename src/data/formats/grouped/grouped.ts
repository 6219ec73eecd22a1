/**
 * Reads HDF5 files with a group, or numbered arrays, per episode; `layout.ts` says what such a layout tells of itself.
 * One episode is in memory at a time.
 *
 * The observation after a row's action is that of the row after it. Of the last row it is the further observation,
 * where the layout has one, or the stored next observation; without either, a row in which the task ended is kept with
 * its own observation in place of the next one, which no bootstrap uses, and any other last row is left out and
 * counted. Ends of the task are taken as recorded, also in the middle of an episode, as in Minari's data: that step is
 * not bootstrapped, and the episode goes on.
 */
import { DataError } from "../../../errors.js";
import {
  allocate,
  countRows,
  type ObservationParts,
  type Observations,
  observationWidth,
  rowBytes,
  type Values,
  vectorParts,
  widthOf,
} from "../../columns.js";
import { type DataFiles, onlyFile } from "../../containers/files.js";
import { type OpenHdf5, openHdf5, withHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { numbersPerRow, readHeader } from "../../containers/hdf5/hdf5-table.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import { sameObservation } from "../../row-endings.js";
import { EpisodeMemory } from "../episode-memory.js";
import { faulty, nothingLeft, unlessFaulty } from "../faulty-episode.js";
import type { ReadOptions } from "../format.js";
import { DeclaredRows } from "./declared-rows.js";
import { EpisodeArrays } from "./episode-arrays.js";
import type { EpisodeGroup, GroupedLayout, Reading } from "./layout.js";
import { type ObservationArray, observationArrays } from "./observations.js";
import { GroupRewards } from "./rewards.js";

/** What every episode has alike, as the first one tells it. */
interface Columns {
  readonly observations: readonly ObservationArray[];
  readonly parts: ObservationParts;
  readonly actionSize: number;
}

/** @throws DataError where the file does not hold what its layout promises; UsageError for a key that it lacks */
export async function openGrouped(
  files: DataFiles,
  layout: GroupedLayout,
  options: ReadOptions,
): Promise<EpisodeSource> {
  const { name } = files;
  const data = onlyFile(files);
  const columns = await withHdf5(data, name, (file) =>
    firstColumns(file, { name, layout, options, notes: new ReadingNotes() }),
  );
  const notes = new ReadingNotes();
  return {
    source: name,
    observations: columns.parts,
    actionSize: columns.actionSize,
    notes,
    async *episodes() {
      notes.begin();
      for (const { picture } of columns.observations) picture?.form.note(picture.part, notes);
      const { file, close } = await openHdf5(data, name);
      try {
        yield* episodesOf(file, columns, { name, layout, options, notes });
      } finally {
        close();
      }
    },
  };
}

/** @throws DataError where no episode tells them */
async function firstColumns(file: OpenHdf5, reading: Reading): Promise<Columns> {
  const { layout, options, notes, name } = reading;
  for (const group of layout.episodes(file)) {
    const columns = await unlessFaulty(options, notes, () => columnsOf(file, group, reading));
    if (columns) return columns;
  }
  throw nothingLeft(name, notes);
}

function columnsOf(file: OpenHdf5, group: EpisodeGroup, { layout, options, name }: Reading): Columns {
  const arrays = new EpisodeArrays(file, group, options);
  const observations = observationArrays(file, group, layout.observations, options);
  if (observations.length === 0) throw layout.missing("observations", group, `"${name}": "${group.name}"`);
  const parts = partsOf(observations);
  const actionSize = actionSizeOf(file, group, options);
  if (observationWidth(parts) === 0 || actionSize === 0)
    throw faulty(arrays, "has observations or actions of no numbers", "its rows have no numbers");
  return { observations, parts, actionSize };
}

/** Pictures are parts of their own; all other numbers together are the vector. */
function partsOf(arrays: readonly ObservationArray[]): ObservationParts {
  const size = arrays.reduce((sum, { columns, picture }) => sum + (picture ? 0 : columns), 0);
  const pictures = arrays.flatMap(({ picture }) => (picture ? [[picture.part, picture.form.part] as const] : []));
  return { ...(size > 0 && vectorParts(size)), ...Object.fromEntries(pictures) };
}

/** @throws DataError for whole numbers that nobody counts, and for several of them a row */
function actionSizeOf(file: OpenHdf5, group: EpisodeGroup, { discreteActions }: ReadOptions): number {
  const header = readHeader(file, group.paths.get("actions")!);
  const size = numbersPerRow(header);
  if (!header.integers || (size === 1 && discreteActions !== undefined)) return size;
  const next =
    size === 1
      ? "say how many there are with --discrete-actions N"
      : "number their combinations, so that an action is one whole number, and read them with --discrete-actions N";
  throw new DataError(
    `"${file.name}": the actions are ${size === 1 ? "one whole number" : `${size} whole numbers`} a row, a choice rather than a quantity; ${next}, or store them as floats if they are quantities.`,
  );
}

async function* episodesOf(file: OpenHdf5, columns: Columns, reading: Reading): AsyncGenerator<Episode> {
  const { layout, options, notes, name } = reading;
  const success = new GroupRewards(name, layout, options);
  const declared = new DeclaredRows(file, layout, options);
  let found = 0;
  for (const group of layout.episodes(file)) {
    success.meet(group);
    const episode = await unlessFaulty(options, notes, () =>
      readEpisode(file, group, columns, reading, { success, declared }),
    );
    if (!episode) continue;
    found++;
    yield episode;
  }
  if (found === 0) throw nothingLeft(name, notes);
  success.end(notes);
  declared.note(notes);
}

/** Undefined where no step is left. */
function readEpisode(
  file: OpenHdf5,
  group: EpisodeGroup,
  columns: Columns,
  reading: Reading,
  { success, declared }: { readonly success: GroupRewards; readonly declared: DeclaredRows },
): Episode | undefined {
  const { layout, options, notes } = reading;
  const { parts, actionSize } = columns;
  const arrays = new EpisodeArrays(file, group, options);
  const { steps } = arrays;
  refuseTooLong(file, arrays, columns, reading);
  arrays.refuseUnknown((key) => isKnown(layout, key) || success.reads(key));
  const actions = arrays.numbers("actions", actionSize, steps);
  const terminated = layout.terminated(arrays, options, arrays.where);
  const { rewards, succeeded } = success.of(arrays, group);
  if (declared.lacksEnd(group, arrays)) terminated[steps - 1] = 0;
  if (succeeded) terminated[steps - 1] = 1;
  const observations = observationsOf(arrays, columns, layout);
  const complete = countRows(observations, parts) === steps + 1;
  const length = complete || terminated[steps - 1] === 1 ? steps : steps - 1;
  if (length < steps) notes.leaveOut(1, "because nothing tells the observation after their action", arrays.place);
  if (length === 0) return undefined;
  return {
    length,
    observations: complete ? observations : closed(observations, length, parts),
    actions: actions.subarray(0, length * actionSize),
    rewards: rewards.subarray(0, length),
    terminated: terminated.subarray(0, length),
    truncated: terminated[length - 1] === 0,
  };
}

function isKnown(layout: GroupedLayout, key: string): boolean {
  const top = key.split("/")[0]!;
  return [layout.observations, layout.nextObservations, "actions", "rewards"].includes(top) || layout.harmless.has(top);
}

/** Counted are the numbers as stored and as they are put side by side. */
function refuseTooLong(file: OpenHdf5, arrays: EpisodeArrays, columns: Columns, { layout, options }: Reading): void {
  const copies = layout.nextObservations ? 4 : 2;
  const bytes = Object.values(columns.parts).reduce((sum, part) => sum + rowBytes(part), 0);
  const stored = columns.observations.reduce((sum, { picture }) => sum + (picture?.form.storedBytes ?? 0), 0);
  const memory = new EpisodeMemory(`"${file.name}"`, options).addFile(file.size);
  if (arrays.steps + 1 > memory.mostRows(copies * bytes + stored + 4 * (columns.actionSize + 4)))
    throw memory.tooLong(`"${arrays.place}"`);
}

/** Of steps + 1 rows, or of steps where the observation after the last action is not known. */
function observationsOf(
  arrays: EpisodeArrays,
  { observations: columns, parts }: Columns,
  { observations: key, nextObservations: nextKey, rowsBeyond }: GroupedLayout,
): Observations {
  const { steps } = arrays;
  const observations = arrays.observations(key, columns, steps + rowsBeyond);
  if (nextKey === undefined || !arrays.has(nextKey)) return observations;
  const next = arrays.observations(nextKey, columns, steps);
  return eachPart(parts, (name, part, size) => {
    const [own, following] = [observations[name]!, next[name]!];
    const row = firstOther(own, following, size);
    if (row >= 0)
      throw faulty(
        arrays,
        `has a "${nextKey}" in row ${row} that is not the "${key}" of row ${row + 1} (read without it by --ignore ${nextKey})`,
        "its next observations are not those that follow",
      );
    const rows = allocate(part, steps + 1);
    rows.set(own);
    rows.set(following.subarray((steps - 1) * size), steps * size);
    return rows;
  });
}

/** The first row whose next observation is not the observation of the row after it; below 0 where there is none. */
function firstOther(own: Values, next: Values, size: number): number {
  const steps = own.length / size;
  for (let row = 0; row + 1 < steps; row++) {
    const same =
      own instanceof Float32Array && next instanceof Float32Array
        ? sameObservation(next, row * size, own, (row + 1) * size, size)
        : next.subarray(row * size, (row + 1) * size).every((value, i) => value === own[(row + 1) * size + i]);
    if (!same) return row;
  }
  return -1;
}

/** The first rows and one after them: the one that follows, or else the last again. */
function closed(observations: Observations, length: number, parts: ObservationParts): Observations {
  return eachPart(parts, (name, part, size) => {
    const own = observations[name]!;
    if (own.length > length * size) return own.subarray(0, (length + 1) * size);
    const rows = allocate(part, length + 1);
    rows.set(own);
    rows.set(own.subarray((length - 1) * size), length * size);
    return rows;
  });
}

function eachPart(
  parts: ObservationParts,
  rowsOf: (name: string, part: ObservationParts[string], size: number) => Values,
): Observations {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, rowsOf(name, part, widthOf(part))]));
}
