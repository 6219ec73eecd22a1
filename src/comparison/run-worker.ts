/**
 * How one run of a comparison is carried out: the contract, and its two implementations. A process of its own keeps the
 * others going whatever happens to it; a run in this process serves environments that only this process knows.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importedFiles, importFiles } from "../runs/import-files.js";
import { runFiles } from "../runs/record.js";
import type { TrainSettings } from "../settings/configuration.js";
import { resume, type TrainOptions, train } from "../train.js";
import type { EvaluationLine, RunSummary } from "../training/record.js";
import type { Progress } from "../training/run-log.js";

export interface RunTask {
  readonly settings: TrainSettings;
  readonly folder: string;
  /** Files that a process of its own imports first. */
  readonly imports?: readonly string[];
  /** Those of the machine that the run may take; by default all. */
  readonly cores?: number;
}

/** Events of a run in progress. */
export interface RunEvents {
  readonly onProgress: (progress: Progress) => void;
  readonly onEvaluation: (evaluation: EvaluationLine) => void;
  /** A sentence that a person should read, although the run continues. */
  readonly onNotice: (sentence: string) => void;
}

/** How a run ended; a reason is half a sentence or a whole one. */
export interface RunEnding {
  readonly status: RunSummary["status"];
  readonly reason?: string;
}

export interface RunWorker {
  /** Always resolves, however the run ends. */
  readonly ended: Promise<RunEnding>;
  /** Asks the run to end early, with everything written. */
  readonly stop: () => void;
  /** The process, where it is one of its own. */
  readonly pid?: number;
}

/** Starts a run somewhere: here (`startHere`), in a process (`processWorkers`), or wherever a caller's own function does. */
export type StartWorker = (task: RunTask, events: RunEvents) => RunWorker;

/** What a worker process says; what it hears is the RunTask first and "stop" perhaps. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "evaluation"; readonly evaluation: EvaluationLine }
  | { readonly kind: "notice"; readonly sentence: string }
  | { readonly kind: "ended"; readonly ending: RunEnding };

/** Carries the run out in this process. */
export const startHere: StartWorker = (task, events) => {
  const stop = new AbortController();
  return { ended: carryOut(task, { ...events, signal: stop.signal }), stop: () => stop.abort() };
};

/** Trains, or resumes the run in the folder; a run that fails is an ending, not an exception. */
export async function carryOut(
  task: RunTask,
  following: RunEvents & Pick<TrainOptions, "signal" | "mayEndProcess">,
): Promise<RunEnding> {
  const { settings, folder, imports, cores } = task;
  const options = { folder, ...(cores !== undefined && { cores }), ...following };
  const work = async () => {
    if (imports) await importFiles(imports);
    return existsSync(join(folder, runFiles.config)) ? resume(options) : train(settings, options);
  };
  return work().then(
    ({ summary }): RunEnding => ({ status: summary.status }),
    (error): RunEnding => ({ status: "failed", reason: error instanceof Error ? error.message : String(error) }),
  );
}

const builtEntry = fileURLToPath(new URL("./worker.js", import.meta.url));

/** Starts every run as a process of its own. @param entry the built worker.js */
export function processWorkers(entry: string = builtEntry): StartWorker {
  return (task, events) => {
    // NaN survives the advanced serialization; flags of this process (a debugger's, a test runner's) are not for it.
    const child = fork(entry, { serialization: "advanced", execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
    const send = (message: RunTask | "stop") => child.connected && child.send(message, () => {});
    send({ ...task, imports: importedFiles() });
    return {
      ended: endingOf(child, events),
      stop: () => send("stop"),
      ...(child.pid !== undefined && { pid: child.pid }),
    };
  };
}

/** What the process says of the run counts; one that goes without a word has failed. */
function endingOf(child: ChildProcess, events: RunEvents): Promise<RunEnding> {
  let ending: RunEnding | undefined;
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors = (errors + String(chunk)).slice(-MOST_ERRORS);
  });
  child.on("message", (message: WorkerMessage) => {
    if (message.kind === "progress") events.onProgress(message.progress);
    else if (message.kind === "evaluation") events.onEvaluation(message.evaluation);
    else if (message.kind === "notice") events.onNotice(message.sentence);
    else ending = message.ending;
  });
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ status: "failed", reason: `its worker did not start: ${error.message}` }));
    child.on("close", (code, signal) => resolve(ending ?? { status: "failed", reason: deathOf(code, signal, errors) }));
  });
}

const MOST_ERRORS = 10_000;

function deathOf(code: number | null, signal: string | null, errors: string): string {
  if (signal !== null) return `its worker was killed by ${signal}`;
  const said = errors.split("\n").find((line) => /^\w*Error\b/.test(line)) ?? errors.trim().split("\n").at(-1);
  return `its worker ended with exit code ${code}${said ? ` (${said})` : ""}`;
}
