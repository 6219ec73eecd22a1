/**
 * What `calql judge` adds where a log says how likely each action was: every policy by the estimates that weigh logged
 * episodes, beside fitted Q, and what is to be known before they are believed.
 */
import type { Dataset } from "../data/episode.js";
import { counted } from "../data/figures.js";
import { estimatesByPropensity, overlapWarnings } from "../estimation/by-propensity.js";
import type { FitSettings } from "../estimation/fit.js";
import { averaged } from "../estimation/importance-sampling.js";
import { type Interval, interval } from "../estimation/interval.js";
import type { Judgement } from "../estimation/judgement.js";
import { discountedReturn } from "../estimation/logged-episode.js";
import type { Fit } from "../estimation/step-estimates.js";
import { textTable } from "./text-table.js";
import { wrapped } from "./wrap.js";

const heading = [
  ...["policy", "importance sampling", "self-normalised", "per-decision", "doubly robust", "fitted Q"],
  "episodes that count",
];

/**
 * The table in the order of the judgements, and its warnings.
 * @param fits by the policies' names; of what the data did, which has no steps, the mean return stands there
 */
export function propensityText(
  fits: ReadonlyMap<string, Fit>,
  judged: readonly Judgement[],
  { episodes }: Pick<Dataset, "episodes">,
  { discount, seed = 0 }: Pick<FitSettings, "discount" | "seed">,
): string {
  const warnings: string[] = [];
  const row = (judgement: Judgement): string[] => {
    const { name } = judgement;
    const { steps } = fits.get(name)!;
    if (steps.length === 0) {
      const mean = interval(averaged(episodes.map((episode) => discountedReturn(episode, discount))), { seed });
      return [name, ...new Array<string>(4).fill(cell(mean)), cell(judgement), String(episodes.length)];
    }
    const logged = episodes.map(({ rewards, propensities }, i) => ({
      ...steps[i]!,
      rewards,
      propensities: propensities!,
    }));
    const found = estimatesByPropensity(logged, discount, { seed });
    warnings.push(...overlapWarnings(name, found.overlap));
    const { importanceSampling, selfNormalised, perDecision, doublyRobust, overlap } = found;
    const weighs = overlap.effective > 0;
    return [
      name,
      cell(importanceSampling),
      weighs ? cell(selfNormalised) : "none",
      ...[perDecision, doublyRobust, judgement].map(cell),
      overlap.effective.toFixed(1),
    ];
  };
  const table = textTable([heading, ...judged.map(row)]);
  const cut = episodes.filter(({ truncated }) => truncated).length;
  const clock =
    cut === 0
      ? ""
      : ` The clock ended ${counted(cut, "episode")}: what would have come later counts in fitted Q, which goes on, and not in the others.`;
  const words =
    "The same by the propensities that were logged, for policies that take their best action: in brackets 95 % intervals from " +
    `resampled episodes.${clock}`;
  return `\n${[table.trimEnd(), wrapped(words), ...warnings.map((warning) => wrapped(warning))].join("\n")}\n`;
}

function cell({ value, low, high }: Interval): string {
  return `${number(value)} (${number(low)} to ${number(high)})`;
}

/** Episodes of which hardly any has weight bound nothing. */
function number(value: number): string {
  return Number.isFinite(value) ? rounded(value) : "no bound";
}

function rounded(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
