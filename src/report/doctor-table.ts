/**
 * The switch doctor on a page: what the critics said when the policies went online, and what is to be expected of it.
 */
import type { Run } from "../runs/read.js";
import {
  factsOf,
  type Grade,
  gradeOf,
  grades,
  type Returns,
  type RunFacts,
  type SwitchFigures,
  switchFigures,
  verdictOf,
} from "../training/doctor.js";
import type { EvaluationLine, MetricsLine } from "../training/record.js";
import { fixed, missing } from "./format.js";
import { type RunGroup, seedOf } from "./groups.js";
import { type Html, html } from "./html.js";
import { mean } from "./intervals.js";
import { evaluationAtSwitch, metricsAtSwitch } from "./timeline.js";

/** What was measured when a run went online, and what it is to be read with. */
export interface SwitchSeen extends SwitchFigures {
  /** What the data's actions are worth above those that the backup would take; of agents with a conservative term alone. */
  readonly actionGap: number | undefined;
  readonly facts: RunFacts;
}

/** Undefined for a run that did not get so far, or did not record it. */
export function switchSeen(run: Run): SwitchSeen | undefined {
  return seenIn(run, metricsAtSwitch(run), evaluationAtSwitch(run));
}

/** The same of a run that has not gone online, by its last line; undefined where it recorded none of it. */
export function seenSoFar(run: Run): SwitchSeen | undefined {
  return seenIn(run, run.metrics.at(-1), run.evaluations.at(-1));
}

function seenIn({ config }: Run, line?: MetricsLine, evaluation?: EvaluationLine): SwitchSeen | undefined {
  const figures = line && switchFigures(line.metrics);
  if (figures === undefined) return undefined;
  const known = { evaluation, updates: line!.updates, recordedReturn: config.dataset.returnMean };
  return { ...figures, actionGap: line!.metrics.actionGap, facts: factsOf(config.settings, known) };
}

export const doctorColumns: readonly {
  readonly heading: string;
  /** For a terminal. */
  readonly short: string;
  readonly of: (seen: SwitchSeen) => number | undefined;
}[] = [
  { heading: "action gap", short: "gap", of: ({ actionGap }) => actionGap },
  { heading: "Q of the start", short: "Q", of: ({ startQ }) => startQ },
  { heading: "G of the start", short: "G", of: ({ startReturn }) => startReturn },
  { heading: "worth of doing nothing", short: "idle", of: ({ floor }) => floor },
  {
    heading: "margin to it",
    short: "margin",
    of: ({ startQ, floor }) => (floor === undefined ? undefined : startQ - floor),
  },
];

/** Nothing where no run has gone online with what the doctor needs. */
export function doctorSection(groups: readonly RunGroup[]): Html | undefined {
  const rows = groups.map(({ label, runs }) => ({ label, seen: runs.flatMap((run) => switchSeen(run) ?? []) }));
  if (rows.every(({ seen }) => seen.length === 0)) return undefined;
  const offline = groups.every(({ runs }) => runs.every(({ config }) => config.settings.onlineSteps === 0));
  return html`<h2>${offline ? "The critic at the end" : "The switch"}</h2>
<table class="figures">
<thead><tr><th scope="col">agent</th>${doctorColumns.map(({ heading }) => html`<th scope="col">${heading}</th>`)}<th scope="col">the critic is</th></tr></thead>
<tbody>${rows.map(({ label, seen }) => html`<tr class="mean"><th scope="row">${label}</th>${cellsOf(seen)}</tr>`)}</tbody>
</table>
<p class="note">When the ${offline ? "runs ended, none of which went" : "policies went"} online, means over the runs. The action gap is what the data's actions are worth above
those that the backup would take; all pessimism of a conservative critic enters there, once a step. The start is where
recorded episodes begin; doing nothing is worth a low reward of a step that goes on (of the recorded ones 5 % are lower),
forever, and the margin to it is how far above that the critic holds the start to be.</p>
${rows.map(({ label, seen }) => verdictsOf(seen).map((said) => html`<p>${label}${said.runs}: ${said.verdict}</p>`))}`;
}

/** A verdict for each grade that there is: the means of runs above and below the returns are those of neither. */
function verdictsOf(seen: readonly SwitchSeen[]): { readonly runs: string; readonly verdict: string }[] {
  return grades.flatMap((grade) => {
    const alike = seen.filter((one) => gradeOf(one) === grade);
    if (alike.length === 0) return [];
    const runs = alike.length < seen.length ? `, ${alike.length} of ${seen.length} runs` : "";
    return [{ runs, verdict: commonVerdict(alike) }];
  });
}

/** Of runs of one agent and one grade: the verdict on their means. */
export function commonVerdict(alike: readonly SwitchSeen[]): string {
  return verdictOf(meanOf(alike), meanFacts(alike), gradeOf(alike[0]!));
}

/** What the doctor warns of, for all runs of a group together; nothing where no critic lies below the floor. */
export function doctorWarning({ label, runs }: RunGroup): string[] {
  const below = runs.flatMap((run) => {
    const seen = switchSeen(run);
    return seen && gradeOf(seen) === "below the floor" ? [{ seed: seedOf(run), seen }] : [];
  });
  if (below.length === 0) return [];
  const which = below.length === 1 ? `seed ${below[0]!.seed}` : `${below.length} of ${runs.length} runs, their means`;
  return [`${label}, ${which}, at the switch: ${commonVerdict(below.map(({ seen }) => seen))}`];
}

function cellsOf(seen: readonly SwitchSeen[]): Html[] {
  const cells = doctorColumns.map(({ of }) => {
    const values = seen.flatMap((one) => of(one) ?? []);
    return values.length > 0 ? fixed(mean(values), 2) : missing;
  });
  return [...cells, gradesText(seen.map(gradeOf))].map((cell) => html`<td>${cell}</td>`);
}

/** "low", or "calibrated in 1, low in 4". */
function gradesText(found: readonly Grade[]): string {
  const counted = grades.flatMap((grade) => {
    const count = found.filter((other) => other === grade).length;
    return count > 0 ? [{ grade, count }] : [];
  });
  if (counted.length === 0) return missing;
  if (counted.length === 1) return counted[0]!.grade;
  return counted.map(({ grade, count }) => `${grade} in ${count}`).join(", ");
}

function meanOf(seen: readonly SwitchSeen[]): SwitchFigures {
  const over = (key: "startQ" | "startReturn") => mean(seen.map((one) => one[key]));
  const floors = seen.flatMap(({ floor }) => floor ?? []);
  return {
    startQ: over("startQ"),
    startReturn: over("startReturn"),
    floor: floors.length > 0 ? mean(floors) : undefined,
    floorOfAll: seen.some((one) => one.floorOfAll),
    wholeShare: mean(seen.map(({ wholeShare = 1 }) => wholeShare)),
  };
}

/** Of runs of one agent, which have the same settings. */
function meanFacts(seen: readonly SwitchSeen[]): RunFacts {
  const successes = seen.flatMap(({ facts }) => facts.success ?? []);
  return {
    ...seen[0]!.facts,
    success: successes.length > 0 ? mean(successes) : undefined,
    returns: meanReturns(seen.flatMap(({ facts }) => facts.returns ?? [])),
  };
}

/** The error of the mean of independent runs. */
function meanReturns(returns: readonly Returns[]): Returns | undefined {
  if (returns.length === 0) return undefined;
  const over = (key: keyof Returns) => mean(returns.map((one) => one[key]));
  return { policy: over("policy"), recorded: over("recorded"), error: over("error") / Math.sqrt(returns.length) };
}
