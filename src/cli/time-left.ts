/**
 * How long many runs still take, from what updates have taken so far in each phase: an update offline, and online one
 * with its share of an environment's steps; evaluations count in both, as they fall. What passes before the first update
 * of a run (its process starts, data are collected) says nothing of the rest and is left out.
 */
import type { PlannedRun } from "../comparison/plan.js";
import type { Phase } from "../settings/settings.js";
import type { Progress } from "../training/run-log.js";

/** Work must have been watched for this long, all runs together, before anything follows from it. */
const EVIDENCE_MILLISECONDS = 10_000;

type Work = Readonly<Record<Phase, number>>;

interface Seen {
  readonly progress: Progress;
  readonly at: number;
}

export class TimeLeft {
  private readonly seen = new Map<PlannedRun, Seen>();
  private readonly watched = { offline: { updates: 0, milliseconds: 0 }, online: { updates: 0, milliseconds: 0 } };

  progressed(run: PlannedRun, progress: Progress): void {
    const at = performance.now();
    const before = this.seen.get(run);
    this.seen.set(run, { progress, at });
    const { phase } = progress;
    if (phase === "collecting" || before?.progress.phase !== phase) return;
    const watched = this.watched[phase];
    watched.updates += workDone(run, progress)[phase] - workDone(run, before.progress)[phase];
    watched.milliseconds += at - before.at;
  }

  ended(run: PlannedRun): void {
    this.seen.delete(run);
  }

  /**
   * Milliseconds until the last of the runs ends; undefined while there is too little to tell it from.
   * @param active runs at work; @param waiting those that follow, one when one ends
   */
  estimate(active: readonly PlannedRun[], waiting: readonly PlannedRun[]): number | undefined {
    const pace = this.pace();
    if (pace === undefined || active.length === 0) return undefined;
    const left = (run: PlannedRun) => {
      const [all, done] = [workOf(run), workDone(run, this.seen.get(run)?.progress)];
      return (all.offline - done.offline) * pace.offline + (all.online - done.online) * pace.online;
    };
    const times = [...active, ...waiting].map(left);
    const shared = times.reduce((sum, time) => sum + time, 0) / active.length;
    return Math.max(shared, ...times);
  }

  /** Milliseconds of an update in each phase; a phase that was not watched long enough goes by the other. */
  private pace(): Work | undefined {
    const paceOf = ({ updates, milliseconds }: { updates: number; milliseconds: number }) =>
      updates > 0 && milliseconds >= EVIDENCE_MILLISECONDS ? milliseconds / updates : undefined;
    const [offline, online] = [paceOf(this.watched.offline), paceOf(this.watched.online)];
    const known = offline ?? online;
    return known === undefined ? undefined : { offline: offline ?? known, online: online ?? known };
  }
}

/** All that a run has to do, in updates. */
function workOf({ resolved }: PlannedRun): Work {
  return { offline: Number(resolved.offlineUpdates), online: Number(resolved.onlineSteps) * updatesPerStep(resolved) };
}

function workDone(run: PlannedRun, progress: Progress | undefined): Work {
  if (progress === undefined || progress.phase === "collecting") return { offline: 0, online: 0 };
  if (progress.phase === "offline") return { offline: progress.done, online: 0 };
  return { offline: workOf(run).offline, online: progress.done * updatesPerStep(run.resolved) };
}

/** Steps without updates take their time too. */
function updatesPerStep({ utdRatio }: PlannedRun["resolved"]): number {
  return Math.max(Number(utdRatio), 0.01);
}
