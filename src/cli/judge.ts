/**
 * `calql judge`: which policy is worth most, from recorded episodes alone: fitted Q evaluation of each, and of what the
 * data themselves did.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Sizes } from "../agents/context.js";
import type { PolicyFile } from "../agents/policy-file.js";
import { describeParts } from "../data/columns.js";
import { countSteps, type Dataset } from "../data/episode.js";
import { whole } from "../data/figures.js";
import { inspectDataset } from "../data/inspect.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { UsageError } from "../errors.js";
import { type FitSettings, fitValue, type Judged, type MemberValues } from "../estimation/fit.js";
import { type Judgement, judgements } from "../estimation/judgement.js";
import { type Fit, fitSteps } from "../estimation/step-estimates.js";
import { runFiles } from "../runs/record.js";
import { sizesOfData } from "../training/fitting-agents.js";
import { amountView } from "./amount-view.js";
import { tellOfData } from "./data-findings.js";
import { propensityText } from "./judge-propensities.js";
import { loadPolicy } from "./load-policy.js";
import { numberOf } from "./numbers.js";
import { addReadingFlags, type ReadingFlags, readOptionsOf } from "./reading-flags.js";
import { textTable } from "./text-table.js";
import { wrapped } from "./wrap.js";

interface JudgeFlags extends ReadingFlags {
  readonly discount: string;
  readonly updates: string;
  readonly seed: string;
}

/** Enough for an interval by their deviation; 64-64 is as wide as data of this size need. */
const fit = { members: 20, hidden: [64, 64], batchSize: 128, learningRate: 1e-3, polyakTau: 0.01 } as const;
const LOGGED = "as logged";

export function defineJudge(command: Command): void {
  addReadingFlags(
    command
      .argument("<dataset>", "recorded episodes, none of which the policies have learned from")
      .argument("<policies...>", "ONNX policies, or folders of runs that have ended"),
  )
    .option("--discount <number>", "discount of future rewards", "0.99")
    .option("--updates <number>", "updates of the critics of each policy", "10000")
    .option("--seed <number>", "seed of the resamples and of the critics", "0")
    .action(judge);
}

async function judge(data: string, policies: string[], flags: JudgeFlags): Promise<void> {
  const settings: FitSettings = {
    ...fit,
    discount: numberOf(flags.discount, "--discount", { least: 0, most: 0.9999 })!,
    updates: numberOf(flags.updates, "--updates", { whole: true, least: 1 })!,
    seed: numberOf(flags.seed, "--seed", { whole: true })!,
  };
  refuseTwice(policies);
  const dataset = await readDataset(data, readOptionsOf(flags));
  refuseFew(dataset);
  const sizes: Sizes = { ...sizesOfData(dataset), transform: { actions: dataset.actionBounds } };
  const loaded = await Promise.all(policies.map(async (name) => [name, await loadPolicy(fileOf(name))] as const));
  try {
    tellOfData(inspectDataset(dataset)); // before what takes its time
    const judgedPolicies = loaded.map(([name, policy]) => [name, judged(policy, dataset)] as const);
    const fits = new Map<string, Fit>();
    for (const [name, policy] of [[LOGGED, undefined] as const, ...judgedPolicies])
      fits.set(name, await fitted(dataset, sizes, policy, name, settings));
    const members = new Map<string, MemberValues>(Array.from(fits, ([name, fit]) => [name, fit.members]));
    const found = judgements(members);
    process.stdout.write(judgementText(found, dataset, settings));
    if (dataset.hasPropensities) process.stdout.write(propensityText(fits, found, dataset, settings));
  } finally {
    for (const [, policy] of loaded) await policy.release();
  }
}

async function fitted(
  dataset: Dataset,
  sizes: Sizes,
  policy: Judged | undefined,
  name: string,
  settings: FitSettings,
): Promise<Fit> {
  const view = amountView(`judging ${name}`);
  try {
    const onUpdate = (done: number) => view.show(done, settings.updates);
    const options = { ...settings, onUpdate };
    if (policy && dataset.hasPropensities) return await fitSteps(dataset, sizes, policy, options);
    return { members: await fitValue(dataset, sizes, policy, options), steps: [] };
  } finally {
    view.stop();
  }
}

/** The policy of a run's folder, or the file itself. */
function fileOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, runFiles.policy) : path;
}

/** @throws UsageError where the policy takes other observations, or gives other actions, than the data hold */
function judged(policy: PolicyFile, { source, observations, actionSize }: Dataset): Judged {
  const [taken, held] = [describeParts(policy.observations), describeParts(observations)];
  if (taken !== held || policy.actionSize !== actionSize)
    throw new UsageError(
      `The policy ${policy.name} turns ${taken} into ${policy.actionSize}, and "${source}" holds ${held} and actions of ${actionSize}; judge it on data of its own task.`,
    );
  return (rows) => policy.act(rows);
}

function refuseTwice(policies: readonly string[]): void {
  const twice = policies.find((name, i) => policies.indexOf(name) !== i || name === LOGGED);
  if (twice !== undefined) throw new UsageError(`The policy ${twice} is named twice; name each once.`);
}

/** Resamples of a handful of episodes say nothing about others. */
function refuseFew({ source, episodes }: Dataset): void {
  if (episodes.length >= FEWEST) return;
  throw new UsageError(
    `"${source}" has ${episodes.length} episodes, and intervals need at least ${FEWEST}; record more.`,
  );
}

const FEWEST = 10;

/** The table, best first, and what it means. */
export function judgementText(
  found: readonly Judgement[],
  dataset: Dataset,
  { discount, updates }: FitSettings,
): string {
  const row = ({ name, value, low, high, behind, told }: Judgement) => [
    name,
    number(value),
    `${number(low)} to ${number(high)}`,
    behind ? `${number(behind.value)} (${number(behind.low)} to ${number(behind.high)})` : "",
    behind === undefined ? "best" : told ? "worse" : "cannot be told apart",
  ];
  const heading = ["policy", "value", "95 % interval", "less than the best", ""];
  const { episodes, source } = dataset;
  const words =
    `Discounted return from where the ${whole(episodes.length)} episodes (${whole(countSteps(dataset))} steps) of ${source} begin, discount ${discount}, ` +
    `by fitted Q evaluation (${whole(updates!)} updates). "${LOGGED}" is what the data did. A policy that does what the data hardly show is ` +
    "judged by what networks make of it: try it on few first.";
  return `${textTable([heading, ...found.map(row)])}\n${wrapped(words)}\n`;
}

function number(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
