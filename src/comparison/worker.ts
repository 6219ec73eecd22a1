/**
 * The process of one run: receives what to train, trains, and reports progress. It stops cleanly when asked to, when
 * it gets SIGTERM, and when the process that started it is gone; Ctrl-C reaches it too, but the parent handles it.
 */
import type { Progress } from "../training/run-log.js";
import { carryOut, type RunTask, type WorkerMessage } from "./run-worker.js";

const MILLISECONDS_BETWEEN_MESSAGES = 200;

const stop = new AbortController();
process.on("SIGINT", () => {});
process.on("SIGTERM", () => stop.abort());
process.on("disconnect", () => stop.abort());
process.on("message", (message: RunTask | "stop") => {
  if (message === "stop") stop.abort();
  else void work(message);
});

async function work(task: RunTask): Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  const onProgress = (progress: Progress) => {
    if (performance.now() - last < MILLISECONDS_BETWEEN_MESSAGES && progress.done < progress.total) return;
    last = performance.now();
    tell({ kind: "progress", progress });
  };
  const ending = await carryOut(task, {
    onProgress,
    onEvaluation: (evaluation) => tell({ kind: "evaluation", evaluation }),
    onNotice: (sentence) => tell({ kind: "notice", sentence }),
    signal: stop.signal,
    mayEndProcess: true,
  });
  tell({ kind: "ended", ending }, () => process.exit());
}

/** A parent that no longer listens needs no message. */
function tell(message: WorkerMessage, then: () => void = () => {}): void {
  if (!process.send || !process.connected) then();
  else process.send(message, undefined, undefined, then);
}
