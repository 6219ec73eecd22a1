/**
 * `npm run validate-estimates`: estimates of policies' worth from logs, by every method, against what the policies are
 * worth exactly: how often the intervals hold the truth, how far off the estimates are, and whether they rank policies.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { amountView } from "../../src/cli/amount-view.js";
import { textTable } from "../../src/cli/text-table.js";
import { writePicture } from "../../src/report/write-report.js";
import { estimatesPicture } from "./estimates-picture.js";
import { measureAll } from "./measure.js";
import { type SetResult, scoresOf } from "./scores.js";
import { readSetup } from "./setup.js";

export const validateEstimatesCommand = new Command("validate-estimates")
  .description("estimates from logs against exact values: coverage, bias, error and ranks of every method")
  .argument("[file]", "what is estimated", join("reproductions", "r-estimates.yaml"))
  .option("--results <file>", "where finished data sets are kept, to go on from", join("runs", "estimates.jsonl"))
  .option("--out <folder>", "where the picture goes", join("docs", "images"))
  .action(async (file: string, flags: { readonly results: string; readonly out: string }) => {
    const setup = readSetup(file);
    mkdirSync(dirname(flags.results), { recursive: true });
    const view = amountView("data sets");
    const results = await measureAll(setup, flags.results, (done, of) => view.show(done, of));
    view.stop();
    process.stdout.write(scoresText(results));
    const drawn = Object.keys(results[0]!.methods).filter((method) => method !== "as logged");
    writePicture(estimatesPicture(results, drawn), join(flags.out, "estimates.svg"));
  });

/** All methods over all data sets, and their coverage by what the data sets are. */
export function scoresText(results: readonly SetResult[]): string {
  const methods = Object.keys(results[0]!.methods);
  const pairs = results.reduce((sum, { truths }) => sum + truths.length, 0);
  const scores = methods.map((method) => {
    const { rankCorrelation, ...score } = scoresOf(results, method);
    const figures = [score.bias, score.error, rankCorrelation, score.width].map((figure) => figure.toFixed(2));
    const shares = [score.unbounded, score.told, score.toldWrongly].map(percent);
    return [method, percent(score.coverage), ...figures, ...shares];
  });
  const groups = [
    ...[...new Set(results.map(({ episodes }) => episodes))].map((count) => {
      return [`${count} episodes`, results.filter(({ episodes }) => episodes === count)] as const;
    }),
    ...[...new Set(results.map(({ kind }) => kind))].map((kind) => {
      return [`${kind}s`, results.filter((result) => result.kind === kind)] as const;
    }),
  ];
  const grouped = (told: (some: readonly SetResult[], method: string) => string) =>
    methods.map((method) => [method, ...groups.map(([, some]) => told(some, method))]);
  const headings = groups.map(([name]) => name);
  return (
    `${results.length} data sets, ${pairs} pairs of a data set and a policy; errors by the deviation of a set's true values\n` +
    textTable([["", "coverage", "bias", "RMSE", "rank", "width", "unbounded", "told apart", "wrongly"], ...scores]) +
    textTable([["coverage", ...headings], ...grouped((some, method) => percent(scoresOf(some, method).coverage))]) +
    textTable([["RMSE", ...headings], ...grouped((some, method) => scoresOf(some, method).error.toFixed(2))]) +
    textTable([["rank", ...headings], ...grouped((some, method) => scoresOf(some, method).rankCorrelation.toFixed(2))])
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
