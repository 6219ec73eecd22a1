/**
 * The fuzz test that every format must pass: valid files are damaged at random, and whatever the reader makes of them
 * is either a valid dataset or one typed error that names the file. Checked for every single case: the kind and form
 * of the error, the shape of what was read, the time (no hang over one second), the memory (four times the files plus
 * 64 MiB, counted over all typed arrays), and that no prototype was touched.
 *
 * Use: `const report = await fuzzFormat(format, [filesInMemory("a.npy", bytes)], { mutations: 10_000, seed: 1 })`, then
 * assert `report.cases` and that both `report.refused` and, where damage can go unnoticed, `report.accepted` are large.
 */

import { expect } from "vitest";
import { DataError, UsageError } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { widthOf } from "../columns.js";
import { meterAllocations } from "../containers/allocation-meter.fixture.js";
import { type DataFiles, filesInMemory } from "../containers/files.js";
import { mutate } from "../containers/mutate.fixture.js";
import type { Episode } from "../episode.js";
import type { EpisodeSource } from "../episode-source.js";
import type { DatasetFormat, ReadOptions } from "./format.js";

export interface FuzzOptions {
  readonly mutations: number;
  readonly seed: number;
  readonly options?: ReadOptions;
  /** Damages other than the usual ones, e.g. such that keep a checksum right; gets one file's bytes. */
  readonly mutate?: (bytes: Uint8Array, random: RandomStream, path: string) => Uint8Array;
}

export interface FuzzReport {
  readonly cases: number;
  /** Damaged files that were read all the same: the damage met only numbers, or nothing that is read. */
  readonly accepted: number;
  readonly refused: number;
}

const slowest = 1_000;
const spareBytes = 64 * 2 ** 20;

/** Damages each of the valid datasets in turn and reads what is left. */
export async function fuzzFormat(
  format: DatasetFormat,
  valid: readonly DataFiles[],
  { mutations, seed, options = {}, mutate: damage = mutate }: FuzzOptions,
): Promise<FuzzReport> {
  const random = new RandomStream(seed, "fuzz");
  const keys = prototypeKeys();
  const meter = meterAllocations();
  const report = { cases: 0, accepted: 0, refused: 0 };
  try {
    for (; report.cases < mutations; report.cases++) {
      const files = damaged(valid[report.cases % valid.length]!, random, damage);
      const label = `case ${report.cases} of seed ${seed}`;
      const read = () => {
        meter.restart();
        return readAll(format, files, options);
      };
      const outcome = await withinTime(read, label);
      const allowed = 4 * sizeOf(files) + spareBytes;
      if (meter.bytes > allowed) expect.fail(`${label}: ${meter.bytes} bytes allocated, more than ${allowed}`);
      const found = prototypeKeys();
      if (found.length !== keys.length || found.some((key, i) => key !== keys[i]))
        expect.fail(`${label}: the prototypes have ${found.map(String).join(", ")}`);
      if (outcome === undefined) report.accepted++;
      else {
        checkError(outcome, files, label);
        report.refused++;
      }
    }
  } finally {
    meter.remove();
  }
  return report;
}

/** One file of the dataset damaged, the others as they were. */
function damaged(files: DataFiles, random: RandomStream, damage: NonNullable<FuzzOptions["mutate"]>): DataFiles {
  const victim = files.paths[random.integer(files.paths.length)]!;
  const contents = new Map<string, Uint8Array>();
  for (const path of files.paths) {
    const file = files.open(path);
    const bytes = file.read(0, file.size);
    contents.set(path, path === victim ? damage(bytes, random, path) : bytes);
  }
  return filesInMemory(files.name, files.kind === "file" ? contents.get(victim)! : contents);
}

/** Reads everything; the error, or undefined where the files were accepted. */
async function readAll(format: DatasetFormat, files: DataFiles, options: ReadOptions): Promise<unknown> {
  await format.recognises(files);
  try {
    const source = await format.open(files, options);
    for await (const episode of source.episodes()) checkEpisode(episode, source);
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * A machine may be busy, and code is compiled in the same time: a case that took long by the clock is read again, and
 * hangs if it is slow three times in a row by the processor's time, which waiting takes none of (nothing here waits for
 * anything else; the test's own limit ends what would).
 */
async function withinTime(action: () => Promise<unknown>, label: string): Promise<unknown> {
  const start = performance.now();
  const outcome = await action();
  if (performance.now() - start <= slowest) return outcome;
  let took = Number.POSITIVE_INFINITY;
  for (let attempt = 1; attempt <= 3 && took > slowest; attempt++) {
    const used = process.cpuUsage();
    await action();
    const { user, system } = process.cpuUsage(used);
    took = (user + system) / 1_000;
  }
  if (took > slowest) expect.fail(`${label}: reading hung for ${took.toFixed(0)} ms, three times`);
  return outcome;
}

function checkError(error: unknown, files: DataFiles, label: string): void {
  if (!(error instanceof DataError || error instanceof UsageError)) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    expect.fail(`${label}: an error that is not typed: ${told}`);
  }
  const { message } = error;
  if (!message.includes(files.name)) expect.fail(`${label}: "${files.name}" is not named in: ${message}`);
  if (/\p{Cc}/u.test(message)) expect.fail(`${label}: control characters in ${JSON.stringify(message)}`);
  if (message.length >= 1_000) expect.fail(`${label}: ${message.length} characters: ${message}`);
}

function checkEpisode(episode: Episode, { observations: parts, actionSize }: EpisodeSource): void {
  const { length } = episode;
  const columns = Object.entries(parts).map(([name, part]) => [episode.observations[name]!, widthOf(part)] as const);
  for (const [values, width] of columns) same(values.length, (length + 1) * width, "numbers of observations");
  same(episode.actions.length, length * actionSize, "numbers of actions");
  same(episode.rewards.length, length, "rewards");
  same(episode.terminated.length, length, "ends");
  for (const part of [...columns.map(([values]) => values as Float32Array), episode.actions, episode.rewards])
    if (!part.every(Number.isFinite)) expect.fail("an episode holds what is no finite number");
}

/** As an assertion of vitest's, which costs more than the reading of a small file. */
function same(found: number, wanted: number, what: string): void {
  if (found !== wanted) expect.fail(`an episode has ${found} ${what} where its steps need ${wanted}`);
}

function prototypeKeys(): readonly PropertyKey[] {
  return [Object.prototype, Array.prototype, Map.prototype, Function.prototype].flatMap((owner) =>
    Reflect.ownKeys(owner),
  );
}

function sizeOf(files: DataFiles): number {
  return files.paths.reduce((sum, path) => sum + files.open(path).size, 0);
}
