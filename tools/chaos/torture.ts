/**
 * One case of the chaos tool: a run that is never interrupted, and runs of the same settings that are killed and resumed
 * until there were enough kills. All must give the same result, to the bit.
 */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RandomStream } from "../../src/random.js";
import { episodeLogFile } from "../../src/runs/checkpoints/episode-log.js";
import { CheckpointStore, checkpointFolder } from "../../src/runs/checkpoints/store.js";
import { runFiles } from "../../src/runs/record.js";
import { atWork, firstOrder, type Order, orderVariable, randomOrder, type Stage } from "./order.js";
import { type ResumePosition, resumePositionIn } from "./resume-position.js";
import { differences, identityOf, type RunIdentity } from "./run-identity.js";
import type { ChaosCase } from "./run-settings.js";
import { keepsBestByChance, untestedBy } from "./untested.js";

export interface TortureOptions {
  readonly kills: number;
  readonly seed: number;
  /** Where the runs go; each is removed once it was found correct. */
  readonly folder: string;
}

/** What happened to the runs of a case. */
export interface Tortured {
  readonly name: string;
  kills: number;
  /** SIGINT and SIGTERM. */
  requests: number;
  /** Processes that restored the run; one that is killed earlier has resumed nothing. */
  resumes: number;
  /** Runs that completed and were compared. */
  runs: number;
  readonly killsIn: Record<Stage, number>;
  /** Where the resumes began. */
  readonly resumedFrom: Record<ResumePosition, number>;
  /** Newest checkpoints in which a byte was changed after a kill. */
  damaged: number;
  /** Whether the uninterrupted run may have kept its best state by chance. */
  bestByChance: boolean;
  /** Runs that differ from the uninterrupted run, and processes that ended in an unexpected way. */
  readonly problems: string[];
}

const program = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
const dying = new URL("./dying.js", import.meta.url).href;

export async function torture(chaosCase: ChaosCase, options: TortureOptions): Promise<Tortured> {
  const { name, settings } = chaosCase;
  const { kills, seed, folder } = options;
  const random = new RandomStream(seed, name);
  const tally = emptyTally(name);
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "settings.json");
  writeFileSync(config, JSON.stringify(settings));
  const whole = join(folder, "whole");
  const { ending, errors } = await runProgram(["train", "--config", config, "--out", whole]);
  if (ending !== 0) {
    tally.problems.push(`${whole}, which was never interrupted, ended with ${ending}: ${errors.trim()}`);
    return tally;
  }
  const wanted = identityOf(whole);
  tally.bestByChance = keepsBestByChance(wanted);
  tally.problems.push(...untestedBy(wanted, chaosCase).map((problem) => `${whole}: ${problem}`));
  while (tally.kills < kills && tally.problems.length === 0) {
    const run = join(folder, `run-${tally.runs + 1}`);
    await untilComplete(run, config, { kills, random, tally });
    compare(run, wanted, tally);
  }
  return tally;
}

function emptyTally(name: string): Tortured {
  const killsIn = { offline: 0, switch: 0, online: 0, episode: 0, evaluation: 0, checkpoint: 0, clock: 0 };
  const resumedFrom = { beginning: 0, offline: 0, switch: 0, "between episodes": 0, "in an episode": 0 };
  return {
    name,
    kills: 0,
    requests: 0,
    resumes: 0,
    runs: 0,
    killsIn,
    resumedFrom,
    damaged: 0,
    bestByChance: true,
    problems: [],
  };
}

/** Starts a run, kills it and resumes it, again and again, until it completes. */
async function untilComplete(
  run: string,
  config: string,
  { kills, random, tally }: { readonly kills: number; readonly random: RandomStream; readonly tally: Tortured },
): Promise<void> {
  for (;;) {
    const resuming = existsSync(join(run, runFiles.config));
    const mayBeDamaged = resuming && random.uniform() < damageShare && damageNewest(run, random);
    const nextOrder = tally.kills + tally.requests === 0 ? firstOrder : randomOrder;
    const order = tally.kills < kills ? nextOrder(random) : undefined;
    const position = resuming ? resumePositionIn(run) : undefined;
    const words = resuming ? ["resume", run] : ["train", "--config", config, "--out", run];
    const { ending, errors, worked } = await runProgram(words, order);
    if (position && worked) countResume(position, tally);
    if (mayBeDamaged) tally.damaged++;
    if (ending === 0) {
      if (mayBeDamaged && !/is damaged: .* The one before it is taken\./.test(errors))
        tally.problems.push(`${run}: a damaged checkpoint was used without a warning`);
      return;
    }
    if (ending === "SIGKILL" && order) {
      tally.kills++;
      tally.killsIn[order.stage]++;
      tear(run, random);
    } else if (isRequest(ending, order)) tally.requests++;
    else {
      tally.problems.push(`${words.join(" ")} ended with ${ending}: ${errors.trim()}`);
      return;
    }
  }
}

function countResume(position: ResumePosition, tally: Tortured): void {
  tally.resumes++;
  tally.resumedFrom[position]++;
}

/** Asked to stop, the program exits with 130; before it listens for signals and after, the signal itself ends it. */
function isRequest(ending: number | NodeJS.Signals | null, order: Order | undefined): boolean {
  if (!order || order.signal === "SIGKILL") return false;
  return ending === 130 || ending === order.signal;
}

const damageShare = 0.1;

/** Changes a byte of the newest checkpoint, where there is one before it. */
function damageNewest(run: string, random: RandomStream): boolean {
  const folder = join(run, checkpointFolder);
  if (!existsSync(folder)) return false;
  const checkpoints = readdirSync(folder).filter((name) => /^checkpoint-\d+\.safetensors$/.test(name));
  if (checkpoints.length < 2) return false;
  const path = join(folder, checkpoints.sort().at(-1)!);
  const bytes = readFileSync(path);
  const place = random.integer(bytes.length);
  bytes[place] = bytes[place]! ^ (1 << random.integer(8));
  // Replaced, not changed in place: the best checkpoint may be a hard link to the same file.
  rmSync(path);
  writeFileSync(path, bytes);
  return true;
}

/** What a power failure may leave besides: unfinished lines at the ends of files. */
function tear(run: string, random: RandomStream): void {
  for (const [file, rest] of [
    [runFiles.metrics, '{"phase":"offl'],
    [runFiles.evaluations, '{"phase":"onl'],
    [runFiles.notices, '{"phase":"online","upd'],
    // Before the first checkpoint no episode is being written.
    ...(new CheckpointStore(run).empty ? [] : [[episodeLogFile, "\x07\0\0\0half an episode"] as const]),
  ] as const)
    if (existsSync(join(run, file)) && random.uniform() < 0.5) appendFileSync(join(run, file), rest);
}

function compare(run: string, wanted: RunIdentity, tally: Tortured): void {
  if (tally.problems.length > 0) return;
  tally.runs++;
  const different = differences(identityOf(run), wanted);
  if (different.length > 0) tally.problems.push(`${run} differs in ${different.join(", ")}`);
  else rmSync(run, { recursive: true });
}

interface Ended {
  /** The exit code, or the signal. */
  readonly ending: number | NodeJS.Signals | null;
  readonly errors: string;
  /** Whether its run got to work. */
  readonly worked: boolean;
}

function runProgram(words: readonly string[], order?: Order): Promise<Ended> {
  const env = { ...process.env, ...(order && { [orderVariable]: JSON.stringify(order) }) };
  const child = spawn(process.execPath, ["--import", dying, program, ...words], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += String(chunk);
  });
  const watch = order?.stage === "clock" ? setTimeout(() => child.kill(order.signal), order.count) : undefined;
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(watch);
      const ending = signal ?? code;
      resolve({ ending, errors: errors.replace(atWork, ""), worked: ending === 0 || errors.includes(atWork) });
    });
  });
}
