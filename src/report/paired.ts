/**
 * Agents against each other on the same seeds. Runs of one seed share their data and the environment's chance, so that
 * the difference within a seed says more than two means do: its mean with a bootstrap interval, and an exact sign test.
 */
import { fixed, percent } from "./format.js";
import { type RunGroup, seedOf } from "./groups.js";
import { type FigureSummary, summarise } from "./intervals.js";
import { type RunFigures, runFigures } from "./statistics.js";

/** How one group stands to another in a figure, over the seeds that both have. */
export interface PairedDifference {
  readonly figure: PairedFigure;
  readonly label: string;
  readonly reference: string;
  /** Of `label` minus `reference`. */
  readonly difference: FigureSummary;
  readonly higher: number;
  readonly lower: number;
  readonly equal: number;
  /** Two-sided, of the sign test; 1 where every pair is equal. */
  readonly p: number;
}

interface PairedFigure {
  readonly key: keyof RunFigures;
  readonly name: string;
  readonly format: (value: number) => string;
}

/** With more groups than so many beside the first, a line for each figure would fill the page. */
const MANY = 2;

/** What is compared, the most telling first. */
const pairedFigures: readonly PairedFigure[] = [
  { key: "regret", name: "regret", format: (value) => fixed(value, 3) },
  { key: "successAtSwitch", name: "success at the switch", format: percent },
  { key: "successAfter100", name: "success after all online steps", format: percent },
  { key: "qMinusReturnToGo", name: "Q − G at the switch", format: (value) => fixed(value, 1) },
];

/**
 * Every group against the first, figure by figure (the first of them alone where there are many groups); nothing where
 * fewer than two seeds are shared.
 */
export function pairedDifferences([reference, ...others]: readonly RunGroup[]): PairedDifference[] {
  if (!reference) return [];
  const figures = others.length > MANY ? pairedFigures.slice(0, 1) : pairedFigures;
  return others.flatMap((group) => figures.flatMap((figure) => pairedIn(figure, group, reference) ?? []));
}

function pairedIn(figure: PairedFigure, group: RunGroup, reference: RunGroup): PairedDifference | undefined {
  const known = figuresBySeed(reference, figure.key);
  const differences = [...figuresBySeed(group, figure.key)].flatMap(([seed, value]) => {
    const other = known.get(seed);
    return other === undefined ? [] : [value - other];
  });
  if (differences.length < 2) return undefined;
  const higher = differences.filter((difference) => difference > 0).length;
  const lower = differences.filter((difference) => difference < 0).length;
  return {
    ...{ figure, label: group.label, reference: reference.label, higher, lower },
    difference: summarise(differences)!,
    equal: differences.length - higher - lower,
    p: signTest(higher, lower),
  };
}

function figuresBySeed({ runs }: RunGroup, key: keyof RunFigures): Map<string, number> {
  return new Map(
    runs.flatMap((run) => {
      const value = runFigures(run)[key];
      return value === undefined ? [] : [[seedOf(run), value] as const];
    }),
  );
}

/**
 * The exact sign test, two-sided: how likely signs are that are at least so uneven, if both were equally likely. Pairs
 * without a difference do not count.
 */
export function signTest(higher: number, lower: number): number {
  const pairs = higher + lower;
  let tail = 0;
  let term = 0.5 ** pairs;
  for (let k = 0; k <= Math.min(higher, lower); k++) {
    tail += term;
    term *= (pairs - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** "cql's regret is higher than cal-ql's in 17 of 20 seeds (p = .0026); the mean difference is 0.42 (0.31–0.52)". */
export function pairedSentence(paired: PairedDifference): string {
  const { figure, label, reference, higher, lower, equal, p, difference } = paired;
  const pairs = higher + lower + equal;
  if (equal === pairs) return `${label}'s ${figure.name} equals ${reference}'s in all ${pairs} seeds.`;
  const [count, word] = higher >= lower ? [higher, "higher"] : [lower, "lower"];
  const same = equal > 0 ? `, equal in ${equal}` : "";
  return `${label}'s ${figure.name} is ${word} than ${reference}'s in ${count} of ${pairs} seeds${same} (${pText(p)}); mean difference ${summaryText(difference, figure.format)}.`;
}

/** "p = .0026", with two digits; "p < .0001" below. */
export function pText(p: number): string {
  if (p < 1e-4) return "p < .0001";
  return `p = ${p >= 0.995 ? "1" : p.toPrecision(2).replace(/^0/, "")}`;
}

function summaryText({ mean, low, high }: FigureSummary, format: (value: number) => string): string {
  if (low === undefined || high === undefined) return format(mean);
  return `${format(mean)} (95 % interval ${format(low)} to ${format(high)})`;
}
