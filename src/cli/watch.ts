/**
 * `calql watch`: watch a policy. Plays episodes and writes them as an animation (GIF) or a film strip (PNG).
 */
import { extname, join } from "node:path";
import type { Command } from "commander";
import type { PolicyFile } from "../agents/policy-file.js";
import { observationWidth } from "../data/columns.js";
import { counted } from "../data/figures.js";
import { guideAnt } from "../environments/ant/ant-guide.js";
import { actionVectorSize, type Environment, observationPartsOf } from "../environments/environment.js";
import { type Act, type Film, filmEpisode, refuseBlind } from "../environments/film.js";
import { makeEnvironment } from "../environments/registry.js";
import { randomAction } from "../environments/spaces.js";
import { fileReason, RunFailure, UsageError } from "../errors.js";
import { writeWholeFile } from "../files/whole-file.js";
import { RandomStream } from "../random.js";
import { type Frame, filmStrip } from "../rendering/frame.js";
import { encodeGif } from "../rendering/gif.js";
import { encodePng } from "../rendering/png.js";
import { readRun } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import { amountView } from "./amount-view.js";
import { importForRun } from "./imports.js";
import { INTERRUPTED, untilInterrupted } from "./interrupts.js";
import { loadPolicy } from "./load-policy.js";
import { numberOf } from "./numbers.js";
import { STOPPING } from "./progress.js";

interface WatchFlags {
  readonly policy?: string;
  readonly task?: string;
  readonly random?: boolean;
  readonly stochastic?: boolean;
  readonly guided?: boolean;
  readonly seed?: string;
  readonly episodes?: string;
  readonly out?: string;
  readonly size?: string;
  readonly every?: string;
}

/** What acts, and where. */
interface Player {
  readonly task: string;
  /** Where the picture goes unless said otherwise. */
  readonly picture: string;
  readonly policy?: PolicyFile;
}

/** How many pictures an episode becomes, and milliseconds from one to the next and at the end of an episode. */
const film = { mostFrames: 100, delay: 50, rest: 1000 } as const;

/** A strip holds few pictures, in rows. */
const strip = { mostFrames: 16, pictures: 8, columns: 4 } as const;

export function defineWatch(command: Command): void {
  command
    .argument("[run]", "run folder, whose task and policy.onnx are played")
    .option("--policy <file>", "ONNX policy to play, in place of a run")
    .option("--random", "random actions, in place of a policy")
    .option("--task <name>", "environment to play in (default: the one that the policy names)")
    .option("--stochastic", "draw actions from the policy's distribution (default: its deterministic action)")
    .option("--guided", "ant mazes: show a policy that learned to walk in ant-direction the way, cell by cell")
    .option("--seed <number>", "seed of the first episode; the others count on from it", "0")
    .option("--episodes <number>", "episodes to play, one after the other", "1")
    .option(
      "--out <file>",
      "file to write: a picture, .gif or .png (default: watch.gif in the run folder, else <task>.gif)",
    )
    .option("--size <pixels>", "edge of the picture", "256")
    .option("--every <steps>", "steps from picture to picture (default: so that there are at most 100; on strips 8)")
    .action(async (run: string | undefined, flags: WatchFlags) => {
      await untilInterrupted(
        () => process.stderr.write(`\n${STOPPING}\n`),
        (signal) => watch(run, flags, signal),
      );
    });
}

async function watch(run: string | undefined, flags: WatchFlags, signal: AbortSignal): Promise<void> {
  const amounts = amountsOf(flags);
  const player = await playerOf(run, flags);
  const path = flags.out ?? player.picture;
  refuseOtherFormats(path);
  const made = await makeEnvironment(player.task);
  try {
    const environment = flags.guided ? guideAnt(made) : made;
    refuseBlind(environment);
    const films = await filmAll(environment, actOf(player, environment, flags, amounts.seed), path, amounts, signal);
    write(path, films);
    process.stdout.write(`${films.map((film, i) => episodeText(film, amounts.seed + i)).join("\n")}\n${path}\n`);
    if (signal.aborted) process.exitCode = INTERRUPTED;
  } finally {
    await made.close();
    await player.policy?.release();
  }
}

interface Amounts {
  readonly seed: number;
  readonly episodes: number;
  readonly size: number;
  readonly every?: number;
}

function amountsOf(flags: WatchFlags): Amounts {
  const every = numberOf(flags.every, "--every", { whole: true, least: 1 });
  return {
    seed: numberOf(flags.seed, "--seed", { whole: true }) ?? 0,
    episodes: numberOf(flags.episodes, "--episodes", { whole: true, least: 1 }) ?? 1,
    size: numberOf(flags.size, "--size", { whole: true, least: 8, most: 2048 }) ?? 256,
    ...(every !== undefined && { every }),
  };
}

/** @throws UsageError unless one player is named, and where its file or task cannot be found */
async function playerOf(run: string | undefined, flags: WatchFlags): Promise<Player> {
  const named = [run !== undefined, flags.policy !== undefined, flags.random === true].filter(Boolean).length;
  if (named !== 1)
    throw new UsageError(
      `calql watch needs one of a run folder, --policy FILE and --random, not ${named === 0 ? "none" : "several"}. See calql watch --help.`,
    );
  if (run !== undefined) {
    await importForRun(run, `calql watch ${run}`);
    const task = flags.task ?? taskOfRun(run);
    return { task, picture: join(run, "watch.gif"), policy: await loadPolicy(join(run, runFiles.policy)) };
  }
  const policy = flags.policy === undefined ? undefined : await loadPolicy(flags.policy);
  const task = flags.task ?? policy?.metadata.task;
  if (task === undefined)
    throw new UsageError(
      `${policy ? `The policy ${policy.name} does not name its task` : "Random actions have no task of their own"}; name one with --task.`,
    );
  return { task, picture: `${task}.gif`, ...(policy && { policy }) };
}

function taskOfRun(run: string): string {
  const { task } = readRun(run).config.settings;
  if (typeof task === "string") return task;
  throw new UsageError(
    `The run in ${run} learned from data alone and has no task to be watched in; name an environment that fits with --task.`,
  );
}

/** @throws UsageError if the policy is not one for this environment */
function actOf({ policy }: Player, environment: Environment, flags: WatchFlags, seed: number): Act {
  const noise = new RandomStream(seed, "watching");
  const { observationSpace, actionSpace } = environment;
  if (!policy) return async (observation) => randomAction(actionSpace, noise, observation);
  policy.refuseMisfit(
    environment.name,
    observationWidth(observationPartsOf(observationSpace)),
    actionVectorSize(actionSpace),
  );
  return (observation) =>
    policy.act(observation, flags.stochastic ? { deterministic: false, noise } : { deterministic: true });
}

function isStrip(path: string): boolean {
  return extname(path).toLowerCase() === ".png";
}

function refuseOtherFormats(path: string): void {
  if (isStrip(path) || extname(path).toLowerCase() === ".gif") return;
  throw new UsageError(`The picture ${path} must end in .gif (moving) or .png (a film strip); name it so.`);
}

async function filmAll(
  environment: Environment,
  act: Act,
  path: string,
  { seed, episodes, size, every }: Amounts,
  signal: AbortSignal,
): Promise<Film[]> {
  const films: Film[] = [];
  const view = amountView("watching");
  const few = isStrip(path) && every === undefined;
  const { mostFrames } = few ? strip : film;
  try {
    for (let i = 0; i < episodes && !signal.aborted; i++) {
      const onStep = (steps: number) => view.show(i * environment.horizon + steps, episodes * environment.horizon);
      const options = { environment, act, seed: seed + i, size, mostFrames, onStep, signal };
      const taken = await filmEpisode({ ...options, ...(every !== undefined && { every }) });
      films.push(few ? shortened(taken) : taken);
    }
  } finally {
    view.stop();
  }
  return films;
}

function write(path: string, films: readonly Film[]): void {
  try {
    writeWholeFile(path, isStrip(path) ? stripOf(films) : movieOf(films));
  } catch (error) {
    throw new RunFailure(`The picture could not be written to ${path}: ${fileReason(error)}. Name another place.`);
  }
}

function movieOf(films: readonly Film[]): Uint8Array {
  const frames = films.flatMap(({ frames }) => frames);
  const ends = new Set(films.map(({ frames }) => frames.at(-1)!));
  return encodeGif(frames, (frame) => (ends.has(frame) ? film.rest : film.delay));
}

/** As many pictures as a strip has room for, at even distances, first and last included. */
function shortened(taken: Film): Film {
  const last = taken.frames.length - 1;
  if (last < strip.pictures) return taken;
  const kept = Array.from({ length: strip.pictures }, (_, i) => Math.round((i * last) / (strip.pictures - 1)));
  return { ...taken, frames: kept.map((i) => taken.frames[i]!), steps: kept.map((i) => taken.steps[i]!) };
}

/** Every episode begins a row. */
function stripOf(films: readonly Film[]): Uint8Array {
  const { columns } = strip;
  const cells: (Frame | undefined)[] = [];
  for (const { frames } of films) {
    while (cells.length % columns !== 0) cells.push(undefined);
    cells.push(...frames);
  }
  return encodePng(filmStrip(cells, columns));
}

function episodeText({ frames, length, return: total, success }: Film, seed: number): string {
  const achieved = success === null ? "" : success ? "success, " : "no success, ";
  return `seed ${seed}: ${achieved}return ${Number(total.toFixed(3))}, ${counted(length, "step")} (${counted(frames.length, "picture")})`;
}
