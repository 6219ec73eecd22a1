/**
 * What a person should know of the data that a run learns from, reported once at its beginning: what their reader left
 * out, and what the checks of recorded data find, which `calql data inspect` shows as well. The episodes pass by one
 * after the other, so that data larger than memory are checked too.
 */
import { checkData, type DataContext } from "../data/checks/checks.js";
import type { Inspection } from "../data/inspect.js";
import { InspectionPass } from "../data/inspection-pass.js";
import { noteSentence } from "../data/notes-text.js";
import type { ActionBounds, Transform } from "../data/transform.js";
import { presetOf } from "../settings/presets.js";
import type { RunContext } from "./assemble.js";
import type { LearningData } from "./learning-data.js";
import type { NoticeLine } from "./record.js";
import type { RunLog } from "./run-log.js";

/** Steps among which duplicates are counted: a few megabytes of memory, whatever the size of the data. */
const MOST_COMPARED = 2 ** 18;
/** Milliseconds after which a pass lets others work: a key that is pressed, a line that is drawn. */
const BREATH = 50;

/**
 * Reports the findings as notices, unless the run has gone beyond its beginning.
 * @param told what was reported in the run already
 */
export async function reportData(log: RunLog, context: RunContext, told: readonly NoticeLine[] = []): Promise<void> {
  if (context.data.steps === 0 || log.updates > 0 || told.some(({ kind }) => kind === "data")) return;
  const inspection = await inspected(context);
  if (inspection === undefined) return;
  for (const note of inspection.notes ?? []) log.notice("data", `Reading the data: ${noteSentence(note)}.`);
  for (const { sentence } of checkData(inspection, contextOf(context)))
    log.notice("data", `In the recorded data, ${sentence[0]!.toLowerCase()}${sentence.slice(1)}`);
}

/** Undefined where the run is to end: it ends in order later on, and reports the findings when it is resumed. */
async function inspected({ data, transform, signal }: RunContext): Promise<Inspection | undefined> {
  const { source, observations, actionSize, discreteActions, notes } = data;
  const actionBounds = discreteActions === undefined ? boundsOf(data, transform) : undefined;
  const pass = new InspectionPass({ source, observations, actionSize, discreteActions, actionBounds }, MOST_COMPARED);
  let breath = performance.now();
  for (const episode of data.each()) {
    pass.see(episode);
    if (performance.now() - breath < BREATH) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (signal?.aborted) return undefined;
    breath = performance.now();
  }
  return pass.summary(notes);
}

/** Those between which agents act; a run that has none in its transform acts in [-1, 1]. */
function boundsOf({ actionSize }: LearningData, { actions }: Transform): ActionBounds {
  const all = (value: number) => new Float32Array(actionSize).fill(value);
  return actions ?? { low: all(-1), high: all(1) };
}

function contextOf({ configuration: { run }, data, environment }: RunContext): DataContext {
  const { failureReward } = presetOf(run);
  // The tasks whose presets name a failing reward pay one more for success.
  const sparse = typeof failureReward === "number" ? ([failureReward, failureReward + 1] as const) : undefined;
  return {
    task: run.task ?? undefined,
    recordedTask: data.recordedTask,
    clipActions: run.clipActions,
    normaliseObservations: run.normaliseObservations,
    horizon: environment?.horizon,
    rewards: { scale: run.rewardScale, shift: run.rewardShift, sparse },
  };
}
