/**
 * A run opened in its folder: a new one, or one that resumes from a checkpoint, with agent, replay and the files of
 * the folder. If a later step throws, what was opened before is released.
 */
import { DataError, UsageError } from "../errors.js";
import { shown } from "../requirement.js";
import { differingSetting, settingsAt } from "../settings/same-settings.js";
import {
  type AssembledRun,
  assembleRun,
  goingOn,
  makeAgent,
  type RunContext as TrainingContext,
  watchValues,
} from "../training/assemble.js";
import { reportData } from "../training/check-data.js";
import { failureIn } from "../training/complete-run.js";
import { transformIn } from "../training/transform.js";
import { version } from "../version.js";
import { EpisodeLog } from "./checkpoints/episode-log.js";
import { CheckpointStore } from "./checkpoints/store.js";
import { findCheckpoint } from "./find-checkpoint.js";
import { FolderSink } from "./folder-sink.js";
import { noLines } from "./line-positions.js";
import { readSteering } from "./read.js";
import { type RunConfig, runFiles } from "./record.js";
import { describeHardware, recordOf } from "./run-record.js";
import { type RunCheckpoint, type SavedRun, snapshotIn } from "./saved-run.js";
import type { TrainOptions } from "./train-options.js";
import { RunWriter } from "./write.js";

/** What a run in a folder is made in and of, before anything is written. */
export interface RunContext extends TrainingContext {
  /** SHA-256 of the data. */
  readonly fingerprint: string;
}

/** A new run, whose folder is empty. @throws RunFailure if its files cannot be made */
export function newRun(context: RunContext, folder: string): Promise<AssembledRun> {
  return allOrNothing(async (opened) => {
    const store = new CheckpointStore(folder);
    const agent = await makeAgent(context, "offline");
    opened(() => agent.release());
    const { names } = agent.sizes;
    const writer = RunWriter.create(
      folder,
      recordOf(context.configuration, context.data, { names, heldOut: context.heldOut }),
    );
    opened(() => writer.close());
    const sink = new FolderSink({ writer, store, identity: identityOf(context) });
    sink.episodes = EpisodeLog.create(folder);
    const run = assembleRun(context, { agent, sink });
    watchValues(run, context);
    await reportData(run.state.log, context);
    return run;
  });
}

/**
 * The rest of a run.
 * @throws DataError where no checkpoint is sound, or the recorded data are other ones; UsageError for other settings
 */
export function resumedRun(context: RunContext, options: TrainOptions): Promise<AssembledRun> {
  const { folder, onNotice } = options;
  const { data } = context;
  return allOrNothing(async (opened) => {
    const store = new CheckpointStore(folder);
    const found = findCheckpoint(store, folder, onNotice);
    if (found) refuseOtherRun(found, context, options);
    const fixed = found ? { ...context, transform: transformIn(found.checkpoint.tensors) } : context;
    const agent = await makeAgent(fixed, found?.saved.position.phase ?? "offline");
    opened(() => agent.release());
    const writer = RunWriter.reopen(folder, found?.saved.lines ?? noLines);
    opened(() => writer.close());
    const { evaluations, notices, config } = readSteering(folder);
    tellOfOtherMachine(config, options);
    const sink = new FolderSink({ writer, store, identity: identityOf(context) });
    const run = assembleRun(context, { agent, sink, evaluations });
    const episodes = found
      ? EpisodeLog.reopen(folder, found.saved.episodes, data, (episode) => run.replay.add(episode))
      : EpisodeLog.create(folder);
    opened(() => episodes.close());
    sink.episodes = episodes;
    const stands = found ? goingOn(run, snapshotIn(found), found.checkpoint.path) : run;
    watchValues(stands, context, notices);
    await reportData(stands.state.log, fixed, notices);
    return stands;
  });
}

/** Sets something up in steps; if one fails, what those before it opened is released; failures of that are ignored. */
async function allOrNothing<Result>(
  setUp: (opened: (giveBack: () => unknown) => void) => Promise<Result>,
): Promise<Result> {
  const toGiveBack: (() => unknown)[] = [];
  try {
    return await setUp((giveBack) => toGiveBack.push(giveBack));
  } catch (error) {
    for (const giveBack of toGiveBack.reverse()) await failureIn(giveBack);
    throw error;
  }
}

/** Where the data are may change; what they are is kept by their fingerprint. */
function identityOf({ configuration, fingerprint }: RunContext): Pick<SavedRun, "settings" | "data"> {
  const { dataset: _, ...settings } = configuration.flat;
  return { settings, data: fingerprint };
}

/**
 * A result that is the same to the bit needs the same settings and data, and the same program.
 * @throws UsageError for other settings; DataError for other data
 */
function refuseOtherRun(
  { saved }: RunCheckpoint,
  { configuration: { flat }, fingerprint }: RunContext,
  { folder, onNotice }: TrainOptions,
): void {
  const other = differingSetting(settingsAt(saved.settings, flat), flat);
  if (other)
    throw new UsageError(
      `The run in ${folder} was started with other settings: in its ${runFiles.config}, ${other.name} is ${shown(other.is)} where the checkpoint has ${shown(other.was)}. Put it back, or start another run with "calql train".`,
    );
  if (saved.data !== fingerprint)
    throw new DataError(
      `The recorded data are not those that the run in ${folder} began with (the SHA-256 differs); name those it began with: calql resume ${folder} --dataset FILE (dataset or datasetFile in a program).`,
    );
  if (saved.calqlVersion !== version)
    onNotice?.(
      `The run in ${folder} was written by calql ${saved.calqlVersion} and continues with ${version}, whose results may differ.`,
    );
}

/** The last bits of what is computed depend on it. */
function tellOfOtherMachine({ hardware: was }: RunConfig, { folder, onNotice }: TrainOptions): void {
  const is = describeHardware();
  const other = (["processor", "platform", "node"] as const).find((name) => is[name] !== was[name]);
  if (other)
    onNotice?.(
      `The run in ${folder} was begun on another machine (its ${other} was ${was[other]}, and is ${is[other]}); its results may differ in their last bits from those of a run that was never ended.`,
    );
}
