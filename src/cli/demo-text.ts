/**
 * What the demo's runs show, in words that need no paper. It says what was measured and no more: where a run has left
 * nothing to measure, that is said instead.
 */
import type { ComparedRun } from "../comparison/compare.js";
import { counted } from "../data/figures.js";
import { percent } from "../report/format.js";
import { mean } from "../report/intervals.js";
import { fatesOf, lowestOnline, runFigures } from "../report/statistics.js";

export const demoAgents = ["cal-ql", "cql"] as const;
export const demoTasks = { tempting: "corridor-exit?exitReward=-18", plain: "pointmaze-umaze" } as const;

/** One sentence for each of the demo's two tasks. */
export function explanation(runs: readonly ComparedRun[]): string {
  const said = (task: string, sentence: (agent: string, outcome: Outcome) => string) =>
    demoAgents
      .map((agent) => sentence(agent, outcomeOf(runs.filter((run) => run.task === task && run.label === agent))))
      .join("; ");
  return `In the corridor, which was built to show this, an exit ends an episode for -18, where walking to the goal is worth -15.6 (discounted by 0.97 a step, as the agents count); to a critic far below the truth it looks like the better way: ${said(demoTasks.tempting, corridorText)}. In the plain maze there is no such exit: ${said(demoTasks.plain, mazeText)}.`;
}

interface Outcome {
  /** Runs that were evaluated online and had something to lose, and those of them that unlearned there, for however long. */
  readonly able: number;
  readonly fallen: number;
  /** Runs that were evaluated online and hardly succeeded before. */
  readonly unable: number;
  /** Q - G at the switch and success at the end, means over the runs that have them; the lowest success online. */
  readonly qMinusG: number | undefined;
  readonly end: number | undefined;
  readonly lowest: number | undefined;
}

function outcomeOf(compared: readonly ComparedRun[]): Outcome {
  const runs = compared.flatMap(({ run }) => run ?? []);
  const lowest = runs.flatMap((run) => lowestOnline(run) ?? []);
  const meanOf = (key: "qMinusReturnToGo" | "successEnd") => {
    const values = runs.flatMap((run) => runFigures(run)[key] ?? []);
    return values.length > 0 ? mean(values) : undefined;
  };
  const { fell, held, "nothing to lose": unable } = fatesOf(runs);
  return {
    able: fell + held,
    fallen: fell,
    unable,
    qMinusG: meanOf("qMinusReturnToGo"),
    end: meanOf("successEnd"),
    lowest: lowest.length > 0 ? Math.min(...lowest) : undefined,
  };
}

function corridorText(agent: string, outcome: Outcome): string {
  const { able, fallen, unable } = outcome;
  const nothing = `had nothing to lose: the policy succeeded in half of the episodes or fewer when it went online`;
  if (able === 0 && unable === 0) return `${criticText(agent, outcome)}, and none of its runs was evaluated online`;
  if (able === 0) return `${criticText(agent, outcome)}, and its ${counted(unable, "run")} ${nothing}`;
  const more = unable === 0 ? "" : `; ${unable} more ${nothing}`;
  return `${criticText(agent, outcome)}, and its policy stopped reaching the goal in ${fallen} of ${counted(able, "run")}${more}`;
}

function mazeText(agent: string, outcome: Outcome): string {
  const { lowest, end, fallen } = outcome;
  if (lowest === undefined || end === undefined) return `no run of ${agent} was evaluated online`;
  const so = `${criticText(agent, outcome)}, and its policy`;
  if (fallen > 0) return `${so} falls to ${percent(lowest)} online and ends at ${percent(end)}`;
  if (lowest === 1) return `${so} stays at ${percent(lowest)}`;
  return `${so} stays at ${percent(lowest)} or more online and ends at ${percent(end)}`;
}

function criticText(agent: string, { qMinusG }: Outcome): string {
  if (qMinusG === undefined) return `no run has shown where ${agent}'s critic lay when it went online`;
  return `${agent}'s critic lay ${Math.abs(qMinusG).toFixed(0)} ${qMinusG < 0 ? "below" : "above"} the recorded returns when it went online`;
}
