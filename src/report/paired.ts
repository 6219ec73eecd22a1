/**
 * Agents against each other on the same seeds. All runs of a task learn from the same data, whatever their seed; those of
 * one seed share the environment's chance and first weights besides, so that the difference within a seed can say more than
 * two means do: its mean with a bootstrap interval, and an exact sign test.
 */
import { fixed } from "./format.js";
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
  /** Seeds of one of the two that the other lacks. */
  readonly alone: number;
  /** Seeds that are not paired because a run of theirs did not complete. */
  readonly incomplete: number;
  /** Two-sided, of the sign test; 1 where every pair is equal. */
  readonly p: number;
}

interface PairedFigure {
  readonly key: keyof RunFigures;
  readonly name: string;
  /** Shares are shown as percentages. */
  readonly unit?: "%";
  /** Digits after the point, as in the table; a narrow interval gets more. */
  readonly decimals: number;
  /** The largest value that there can be; without it, the largest that there is. */
  readonly largest?: number;
}

/** With more groups than so many beside the first, a line for each figure would fill the page. */
const MANY = 2;

/** Differences below this share of the scale are what rounding leaves of equal values, and no sign. */
const ROUNDING = 1e-9;

/** What is compared, the most telling first. */
const pairedFigures: readonly PairedFigure[] = [
  { key: "regret", name: "regret", decimals: 3, largest: 1 },
  { key: "successAtSwitch", name: "success at the switch", unit: "%", decimals: 0, largest: 1 },
  { key: "successAfter100", name: "success after all online steps", unit: "%", decimals: 0, largest: 1 },
  { key: "qMinusReturnToGo", name: "Q − G at the switch", decimals: 1 },
];

const returnFigures: readonly PairedFigure[] = [
  { key: "returnEnd", name: "return at the end", decimals: 2 },
  ...pairedFigures.slice(-1),
];

/** Where no run knows success, its return stands for it. */
function pairedFiguresOf(groups: readonly RunGroup[]): readonly PairedFigure[] {
  const known = groups.some(({ runs }) => runs.some((run) => runFigures(run).successEnd !== undefined));
  const returned = groups.some(({ runs }) => runs.some((run) => runFigures(run).returnEnd !== undefined));
  return known || !returned ? pairedFigures : returnFigures;
}

/**
 * Every group against the first, figure by figure (the first of them alone where there are many groups); nothing where
 * fewer than two seeds are shared.
 */
export function pairedDifferences([reference, ...others]: readonly RunGroup[]): PairedDifference[] {
  if (!reference) return [];
  const paired = pairedFiguresOf([reference, ...others]);
  const figures = others.length > MANY ? paired.slice(0, 1) : paired;
  return others.flatMap((group) => figures.flatMap((figure) => pairedIn(figure, group, reference) ?? []));
}

function pairedIn(figure: PairedFigure, group: RunGroup, reference: RunGroup): PairedDifference | undefined {
  const [own, known] = [figuresBySeed(group, figure.key), figuresBySeed(reference, figure.key)];
  const pairs = [...own].flatMap(([seed, value]) => (known.has(seed) ? [[value, known.get(seed)!] as const] : []));
  const isPaired = (seed: string) => own.has(seed) && known.has(seed);
  const incomplete = incompleteSeeds(group, reference).filter((seed) => !isPaired(seed));
  const unpaired = [...own.keys(), ...known.keys()].filter((seed) => !isPaired(seed));
  if (pairs.length < 2) return undefined;
  const smallest = ROUNDING * (figure.largest ?? Math.max(...pairs.flat().map(Math.abs)));
  const differences = pairs.map(([value, other]) => (Math.abs(value - other) <= smallest ? 0 : value - other));
  const higher = differences.filter((difference) => difference > 0).length;
  const lower = differences.filter((difference) => difference < 0).length;
  return {
    ...{ figure, label: group.label, reference: reference.label, higher, lower },
    difference: summarise(differences)!,
    equal: differences.length - higher - lower,
    alone: unpaired.filter((seed) => !incomplete.includes(seed)).length,
    incomplete: incomplete.length,
    p: signTest(higher, lower),
  };
}

/** Of the seeds that have one run each: which of several is a pair's is not for the order of folders to say. */
function figuresBySeed(group: RunGroup, key: keyof RunFigures): Map<string, number> {
  const doubled = doubledSeeds(group);
  return new Map(
    group.runs.flatMap((run) => {
      if (doubled.includes(seedOf(run))) return [];
      const value = runFigures(run)[key];
      return value === undefined ? [] : [[seedOf(run), value] as const];
    }),
  );
}

/** Seeds of which a run was not carried out to its end, or has left nothing. */
function incompleteSeeds(...groups: readonly RunGroup[]): string[] {
  const seeds = groups.flatMap(({ runs, absent }) => [
    ...runs.filter(({ summary }) => summary?.status !== "completed").map(seedOf),
    ...absent.map(({ seed }) => String(seed)),
  ]);
  return [...new Set(seeds)];
}

/** Seeds of which a group has several runs, a folder that was copied, say. */
function doubledSeeds({ runs }: RunGroup): string[] {
  const seeds = runs.map(seedOf);
  return [...new Set(seeds.filter((seed, i) => seeds.indexOf(seed) !== i))];
}

/**
 * The exact sign test, two-sided: how likely signs are that are at least so uneven, if both were equally likely. Pairs
 * without a difference do not count.
 */
export function signTest(higher: number, lower: number): number {
  const pairs = higher + lower;
  let tail = 0;
  let logTerm = -pairs * Math.LN2; // 2^-pairs itself is 0 from 1075 pairs on
  for (let k = 0; k <= Math.min(higher, lower); k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((pairs - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}

/** What the seeds say that the groups share, and where they say nothing, why. */
export function pairedSentences(groups: readonly RunGroup[]): string[] {
  const [reference, ...others] = groups;
  if (!reference) return [];
  const unpaired = others.flatMap((group) => unpairedSentence(group, reference) ?? []);
  const doubled = others.length === 0 ? [] : groups.flatMap((group) => doubledSentence(group) ?? []);
  const differences = pairedDifferences(groups);
  const paired = [...differences.map(pairedSentence), ...fewSentence(differences)];
  const short =
    others.length > MANY && paired.length > 0
      ? [
          `Of ${groups.length} agents only the ${pairedFiguresOf(groups)[0]!.name} is paired; a report of two or three of them pairs the rest.`,
        ]
      : [];
  return [...paired, ...unpaired, ...doubled, ...short];
}

/** Below so many pairs no p can be .05 or less. */
const FEWEST = 6;

/** What a reader of few pairs must know: an interval that leaves out 0 beside a p that says nothing looks like a mistake. */
function fewSentence(differences: readonly PairedDifference[]): string[] {
  const pairs = Math.max(...differences.map(({ higher, lower, equal }) => higher + lower + equal));
  if (differences.length === 0 || pairs >= FEWEST) return [];
  return [
    `With ${pairs} pairs the sign test gives ${pText(2 / 2 ** pairs)} at the least, and the intervals are too narrow; ${FEWEST} seeds or more can show a difference.`,
  ];
}

function doubledSentence(group: RunGroup): string | undefined {
  const seeds = doubledSeeds(group);
  if (seeds.length === 0) return undefined;
  const which = seeds.length === 1 ? `seed ${seeds[0]}` : `each of the seeds ${seeds.join(", ")}`;
  return `${group.label} has several runs of ${which}, which are not paired, and all of which count in the means; leave the copies out.`;
}

/** A mean difference of fewer than two pairs has no interval, and no test. */
function unpairedSentence(group: RunGroup, reference: RunGroup): string | undefined {
  const [left, seeds] = [[...doubledSeeds(group), ...doubledSeeds(reference)], new Set(reference.runs.map(seedOf))];
  const shared = [...new Set(group.runs.map(seedOf).filter((seed) => seeds.has(seed) && !left.includes(seed)))];
  if (shared.length >= 2) return incompleteSentence(group, reference, shared);
  const count = shared.length === 0 ? "no seed" : "only one seed";
  return `${group.label} and ${reference.label} have ${count} in common, so nothing can be paired; run both with the same two seeds or more.`;
}

/** Where too few of the shared seeds are complete on both sides, there is no regret to be paired. */
function incompleteSentence(group: RunGroup, reference: RunGroup, shared: readonly string[]): string | undefined {
  const incomplete = incompleteSeeds(group, reference);
  const complete = shared.filter((seed) => !incomplete.includes(seed)).length;
  if (complete >= 2) return undefined;
  const count = complete === 0 ? "none is" : "only one is";
  return `Of the ${shared.length} seeds that ${group.label} and ${reference.label} have in common ${count} complete in both, so their ${pairedFiguresOf([group, reference])[0]!.name} cannot be paired; resume the others, or run more seeds.`;
}

/** "cql's regret is higher than cal-ql's in 17 of 20 seeds (p = .0026); mean difference 0.420 (95 % interval ...)." */
export function pairedSentence(paired: PairedDifference): string {
  const { figure, label, reference, higher, lower, equal, alone, incomplete, p, difference } = paired;
  const pairs = higher + lower + equal;
  const more = (count: number, what: string) => `, ${count} more ${count === 1 ? "seed" : "seeds"} ${what}`;
  const left = `${alone > 0 ? more(alone, "without a partner") : ""}${incomplete > 0 ? more(incomplete, "not complete") : ""}`;
  if (equal === pairs)
    return `${label}'s ${figure.name} equals ${reference}'s in ${pairs === 2 ? "both" : `all ${pairs}`} seeds${left}.`;
  const isHigher = higher === lower ? difference.mean > 0 : higher > lower; // a tie is told as the mean has it
  const [count, word] = isHigher ? [higher, "higher"] : [lower, "lower"];
  const seeds = count === 2 && pairs === 2 ? "both seeds" : `${count} of ${pairs} seeds`;
  const same = equal > 0 ? `, equal in ${equal}` : "";
  return `${label}'s ${figure.name} is ${word} than ${reference}'s in ${seeds}${same}${left} (${pText(p)}); mean difference ${differenceText(difference, figure)}.`;
}

/** "p = .0026", with two digits; "p < .0001" below. */
export function pText(p: number): string {
  if (p < 1e-4) return "p < .0001";
  return `p = ${p >= 0.995 ? "1" : p.toPrecision(2).replace(/^0/, "")}`;
}

/** With as many digits as the interval's width asks for: two of it are seen, where the table's would show none. */
function differenceText({ mean, low, high }: FigureSummary, { unit, decimals }: PairedFigure): string {
  const [size, suffix] = unit === "%" ? [100, " %"] : [1, ""];
  const width = size * (high! - low!);
  const digits = width > 0 ? Math.min(decimals + 4, Math.max(decimals, Math.ceil(1 - Math.log10(width)))) : decimals;
  const text = (value: number) => `${fixed(size * value, digits)}${suffix}`;
  return `${text(mean)} (95 % interval ${text(low!)} to ${text(high!)})`;
}
