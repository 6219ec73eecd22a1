/**
 * `npm run unlearning-figures`: the two pictures of docs/unlearning.md that no report draws, and the table of the doctor's
 * hits and misses, from the folders of the runs that reproductions/ makes.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { runsOf as runsIn } from "../../src/cli/report.js";
import { textTable } from "../../src/cli/text-table.js";
import { vectorParts } from "../../src/data/columns.js";
import { stepLength } from "../../src/environments/corridor/corridor.js";
import { splitTask } from "../../src/environments/task-name.js";
import { chartFile } from "../../src/report/charts.js";
import { switchSeen } from "../../src/report/doctor-table.js";
import { labelOf, taskOf } from "../../src/report/groups.js";
import { mean, summarise } from "../../src/report/intervals.js";
import { fateOf, fatesOf, runFigures } from "../../src/report/statistics.js";
import { writePicture } from "../../src/report/write-report.js";
import { EpisodeLog } from "../../src/runs/checkpoints/episode-log.js";
import { idleValueFromData } from "../../src/runs/idle-value.js";
import { type Run, readRun } from "../../src/runs/read.js";
import { gradeOf } from "../../src/training/doctor.js";
import { drawPlot, type PlotPoint } from "./plot.js";

/** The reproductions over which the doctor's verdict is held against what happened. */
const judgedNames = [
  ...["h-exit-met-first", "h-unlearning", "i-unlearning-2d", "k-dose-response"],
  ...["l-controls", "m-wide-data", "m-wider-data", "n-idle-floor-near"],
];

/** Charts that a report has too: the picture, the reproduction, the chart's name, and of which runs. */
const reportCharts: readonly (readonly [string, string, string, ((run: Run) => boolean)?])[] = [
  ["corridor-success.svg", "h-exit-met-first", "success"],
  ["corridor-q.svg", "h-exit-met-first", "calibration"],
  ["corridor-own-success.svg", "h-unlearning", "success"],
  ["corridor-18-success.svg", "i-unlearning-2d", "success", (run) => optionOf(run, "exitReward", -25) === -18],
  ["controls-success.svg", "l-controls", "success"],
];

export const unlearningFiguresCommand = new Command("unlearning-figures")
  .description("the pictures of docs/unlearning.md, from the folders of the reproductions' runs")
  .argument("<runs>", "folder with a folder of runs for each reproduction; pictures of those that are not there stay")
  .option("--out <folder>", "where the pictures go", join("docs", "images"))
  .action(async (folder: string, flags: { readonly out: string }) => {
    const runsOf = (name: string) => {
      const place = join(folder, name);
      return existsSync(place) ? runsIn([place]).map(readRun) : [];
    };
    const write = (picture: string, file: string) => writePicture(picture, join(flags.out, file));
    const dimensions = runsOf("j-action-dimensions");
    if (dimensions.length > 0) write(dimensionsPicture(dimensions), "action-dimensions.svg");
    const doses = [...runsOf("k-dose-response"), ...runsOf("i-unlearning-2d")].filter(hasExit);
    if (doses.length > 0) write(dosePicture(doses), "dose-response.svg");
    for (const [file, name, chart, of = () => true] of reportCharts) {
      const runs = runsOf(name).filter(of);
      if (runs.length > 0) write(chartFile(runs, chart, 960, 360), file);
    }
    process.stdout.write(await hitsTable(judgedNames.flatMap(runsOf)));
    for (const name of ["h-exit-met-first", "h-unlearning", "i-unlearning-2d"])
      process.stdout.write(`\n${name}\n${exitsTable(runsOf(name))}`);
  });

/** How often the exit was taken online: whoever has not met it early cannot fall. */
export function exitsTable(runs: readonly Run[]): string {
  const rows = grouped(runs.filter(isComplete), (run) => [`${labelOf(run)}, ${fateOf(run) ?? "not evaluated"}`, 0]).map(
    ([label, , ofLabel]) => {
      const exits = ofLabel.map(exitsOf);
      const early = exits.map((steps) => steps.filter((step) => step <= EARLY_STEPS).length);
      return [label, String(ofLabel.length), rangeText(exits.map((steps) => steps.length)), rangeText(early)];
    },
  );
  return textTable([["", "runs", "exits online", `in the first ${EARLY_STEPS} steps`], ...rows]);
}

const EARLY_STEPS = 300;

/** The online steps at which a run's episodes ended in the exit. */
function exitsOf(run: Run): number[] {
  const shapes = { observations: vectorParts(2), actionSize: 2 + optionOf(run, "extraActions", 0) };
  const exit = Math.fround(optionOf(run, "exitReward", -25)); // rewards are kept as float32
  const found: number[] = [];
  let steps = 0;
  EpisodeLog.read(run.folder, shapes, ({ length, rewards }) => {
    steps += length;
    if (rewards[length - 1] === exit) found.push(steps);
  });
  return found;
}

/** "2 to 9, median 5.5". */
export function rangeText(counts: readonly number[]): string {
  const sorted = counts.toSorted((a, b) => a - b);
  const middle = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
  return `${sorted[0]} to ${sorted.at(-1)}, median ${middle}`;
}

function isComplete({ summary }: Run): boolean {
  return summary?.status === "completed";
}

/** Q - G at the switch against the number of action dimensions, mean and interval over seeds. */
function dimensionsPicture(runs: readonly Run[]): string {
  const points = grouped(runs, (run) => [labelOf(run), 2 + optionOf(run, "extraActions", 0)]).flatMap(
    ([series, x, ofPoint]): PlotPoint[] => {
      const summary = summarise(ofPoint.flatMap((run) => runFigures(run).qMinusReturnToGo ?? []));
      return summary ? [{ series, x, y: summary.mean, low: summary.low, high: summary.high }] : [];
    },
  );
  return drawPlot({
    title: "Q − G at the switch against the number of action dimensions",
    x: { label: "action dimensions", ticks: [2, 4, 8, 16, 24] },
    y: {},
    points,
  });
}

/** Of the runs that had something to lose the share that fell, against what the exit is worth, and where the critics put the start. */
function dosePicture(runs: readonly Run[]): string {
  const points = grouped(runs, (run) => [labelOf(run), optionOf(run, "exitReward", -25)]).flatMap(
    ([series, x, ofPoint]): PlotPoint[] => {
      const { fell, held } = fatesOf(ofPoint);
      return fell + held > 0 ? [{ series, x, y: fell / (fell + held) }] : [];
    },
  );
  const series = [...new Set(points.map((point) => point.series))];
  const rules = series.map((label) => {
    const starts = runs.filter((run) => labelOf(run) === label).flatMap((run) => switchSeen(run)?.startQ ?? []);
    return { series: label, x: mean(starts), label: `${label}'s value of the start` };
  });
  return drawPlot({
    title: "Share of runs that unlearn against what the exit is worth",
    x: { label: "reward of the exit", ticks: [-100, -75, -50, -40, -30, -20, -10] },
    y: { domain: [0, 1] },
    points,
    rules,
  });
}

/** What the verdict said, what the exit was worth to it, and what happened; a column for runs that could not fall, where there are any. */
export async function hitsTable(runs: readonly Run[]): Promise<string> {
  const predictions = new Map<Run, string>();
  const floors = new Map<unknown, number | undefined>();
  for (const run of runs.filter(isComplete)) predictions.set(run, await predictionOf(run, floors));
  const fates = (["fell", "held", "nothing to lose"] as const).filter(
    (fate) => fate !== "nothing to lose" || fatesOf(runs)[fate] > 0,
  );
  const rows = grouped([...predictions.keys()], (run) => [predictions.get(run)!, 0]).map(
    ([prediction, , ofPrediction]) => {
      const counts = fatesOf(ofPrediction);
      return [prediction, String(ofPrediction.length), ...fates.map((fate) => String(counts[fate]))];
    },
  );
  return textTable([["at the switch", "runs", ...fates], ...rows]);
}

/**
 * The doctor's grade, and whether the exit lies in the window that it warns of.
 * @param floors what doing nothing is worth in data that were looked at before: earlier runs did not record it rightly
 */
async function predictionOf(run: Run, floors: Map<unknown, number | undefined>): Promise<string> {
  const recorded = switchSeen(run);
  if (!recorded) return "not measured";
  const { dataset } = run.config.settings;
  if (recorded.floorOfAll && !floors.has(dataset)) floors.set(dataset, await idleValueFromData(run));
  const seen = recorded.floorOfAll ? { ...recorded, floor: floors.get(dataset) ?? recorded.floor } : recorded;
  if (!hasExit(run)) return `${gradeOf(seen)}, there is no exit`;
  const exit = optionOf(run, "exitReward", -25);
  const where =
    exit >= worthOfWalking(run) ? "truly better" : exit > seen.startQ ? "in the window" : "below the critic's value";
  return `${gradeOf(seen)}, the exit is ${where}`;
}

/** V* of the start where walking is best: the mean return of wide data, most of which leave, is less. */
function worthOfWalking(run: Run): number {
  const discount = run.config.settings.discount as number;
  const steps = Math.ceil(optionOf(run, "length", 1) / stepLength - 1e-6);
  return -(1 - discount ** (steps - 1)) / (1 - discount);
}

function hasExit(run: Run): boolean {
  return splitTask(taskOf(run)).name === "corridor-exit" && optionOf(run, "exitUntil", 0.8) > 0;
}

function optionOf(run: Run, name: string, otherwise: number): number {
  const { options } = splitTask(taskOf(run));
  return typeof options[name] === "number" ? options[name] : otherwise;
}

function grouped(
  runs: readonly Run[],
  key: (run: Run) => readonly [string, number],
): (readonly [string, number, readonly Run[]])[] {
  const groups = new Map<string, readonly [string, number, Run[]]>();
  for (const run of runs) {
    const [series, x] = key(run);
    const name = `${series} ${x}`;
    const group = groups.get(name);
    if (group) group[2].push(run);
    else groups.set(name, [series, x, [run]]);
  }
  return [...groups.values()].sort(([a, x], [b, y]) => a.localeCompare(b) || x - y);
}
