/**
 * An update that became non-finite: how it is recognised and reported, and everything needed to repeat the same update
 * elsewhere: the agent, its state before the update, the batch and the noise.
 */
import type { Values } from "../data/columns.js";
import { RunFailure } from "../errors.js";
import type { Program } from "../tensor/program.js";
import type { Sizes } from "./context.js";

/** Metrics that may be NaN without harm: they only describe the batch. */
const DESCRIPTIVE = new Set(["returnToGoMean", "shareBelowReturn"]);
/** Rewards beyond this are seldom meant: values of a hundred times that, squared, near the end of float32. */
const LARGE_REWARD = 1e6;

/** Something that is not finite after an update: a metric, or a tensor of the new state. */
export interface Symptom {
  readonly name: string;
  /** NaN or an infinity. */
  readonly value: number;
}

/** The agent that failed, and how. */
export interface CrashSite {
  readonly agent: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sizes: Sizes;
  readonly threads?: number | undefined;
  /** Updates before the one that failed. */
  readonly updates: number;
  readonly symptoms: readonly Symptom[];
}

/** Everything that it takes to make the update again. */
export interface Crash extends CrashSite {
  /** The state tensors before the update. */
  readonly state: ReadonlyMap<string, Float32Array>;
  /** What went into the update: the parts of the batch that it reads, and the noise, as "noise/NAME". */
  readonly inputs: ReadonlyMap<string, Values>;
}

/** An update that was refused because something in it is not finite. */
export class NonFiniteUpdate extends RunFailure {
  constructor(
    message: string,
    readonly crash: Crash,
  ) {
    super(message);
  }
}

/**
 * What is not finite after the program's last run, none if all is well. Metrics tell of losses and gradients, checks of
 * what was learned; only where one of them is not finite is every number looked at.
 */
export function symptomsOf(program: Program): Symptom[] {
  if (isSound(program)) return [];
  const { metricNames, metrics, checkNames, checks } = program;
  const told = [...nonFinite(metricNames, metrics), ...damagedTensors(program)];
  // Of finite numbers that are too large together, there is nothing else to name.
  return told.length > 0 ? told : nonFinite(checkNames, checks);
}

/** Asked after every update: without a copy of anything. */
function isSound({ metricNames, metrics, checks }: Program): boolean {
  for (let i = 0; i < checks.length; i++) if (!Number.isFinite(checks[i])) return false;
  for (let i = 0; i < metrics.length; i++)
    if (!Number.isFinite(metrics[i]) && !DESCRIPTIVE.has(metricNames[i]!)) return false;
  return true;
}

function nonFinite(names: readonly string[], values: Float32Array): Symptom[] {
  return names.flatMap((name, i) => {
    const value = values[i]!;
    return Number.isFinite(value) || DESCRIPTIVE.has(name) ? [] : [{ name, value }];
  });
}

function damagedTensors(program: Program): Symptom[] {
  return program.stateNames.flatMap((name) => {
    const value = firstBad(program.computedState(name));
    return value === undefined ? [] : [{ name, value }];
  });
}

/** The error of an update whose result is not committed, with copies of all that went into it. */
export function nonFiniteUpdate(site: CrashSite, program: Program): NonFiniteUpdate {
  const state = new Map(program.stateNames.map((name) => [name, program.state(name).slice()]));
  const inputs = new Map(Object.entries(program.inputs).map(([name, values]) => [name, values.slice()]));
  const crash: Crash = { ...site, state, inputs };
  return new NonFiniteUpdate(
    `Update ${site.updates + 1} of ${site.agent} is not finite: ${symptomsInWords(site.symptoms, crash)}. The state before it is kept. Likely causes: ${likelyCauses(crash)}.`,
    crash,
  );
}

/** "criticLoss = NaN, ... (in critics, ...)": the metrics with their values, then the tensors by name. */
function symptomsInWords(symptoms: readonly Symptom[], { state }: Crash): string {
  const metrics = symptoms.filter(({ name }) => !state.has(name)).map(({ name, value }) => `${name} = ${value}`);
  const tensors = symptoms.filter(({ name }) => state.has(name));
  if (metrics.length === 0) return someOf(tensors.map(({ name, value }) => `${name} holds ${value}`));
  return tensors.length === 0 ? someOf(metrics) : `${someOf(metrics)} (in ${someOf(tensors.map(({ name }) => name))})`;
}

/** What went in and should not have, where that can be seen; else what it commonly is. */
function likelyCauses({ state, inputs }: Crash): string {
  for (const [name, values] of inputs) {
    const bad = firstBad(values);
    if (bad !== undefined && name !== "returnsToGo") return `non-finite data (the batch's ${name} hold ${bad})`;
  }
  for (const [name, values] of state) {
    const bad = firstBad(values);
    if (bad !== undefined) return `a damaged state (${name} held ${bad} before this update)`;
  }
  const rewards = inputs.get("rewards") as Float32Array | undefined;
  const largest = rewards?.reduce((most, reward) => (Math.abs(reward) > Math.abs(most) ? reward : most), 0);
  if (largest !== undefined && Math.abs(largest) > LARGE_REWARD)
    return `rewards that are too large (${Number(largest.toPrecision(3))} in this batch; scale them with rewardScale)`;
  return "a learning rate that is too high, unscaled rewards, or observations of very different sizes";
}

function firstBad(values: Values): number | undefined {
  return (values as Float32Array).find((value) => !Number.isFinite(value));
}

/** The first few of many names, so that a sentence stays one. */
function someOf(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(", ");
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}
