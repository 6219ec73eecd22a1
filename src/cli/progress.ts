/**
 * What a person sees during a run: one bar with phase, speed, time left and the last evaluation; plain lines
 * where the output is not a terminal, so that a log stays readable.
 */
import cliProgress from "cli-progress";
import type { EvaluationLine } from "../training/record.js";
import type { Progress } from "../training/run-log.js";

const SECONDS_BETWEEN_LINES = 10;

export interface ProgressView {
  readonly show: (progress: Progress) => void;
  readonly evaluated: (evaluation: EvaluationLine) => void;
  /** A sentence that a person should read, although the run continues. */
  readonly notice: (sentence: string) => void;
  /** The run was asked to end. */
  readonly stopping: () => void;
  readonly stop: () => void;
}

/** Where a view is drawn; standard error, or a stand-in. */
export type ProgressOutput = NodeJS.WritableStream & { readonly isTTY?: boolean };

export const STOPPING = "stopping; what there is will be written (once more to stop at once)";

/** A bar on a terminal, lines elsewhere. @param label stands at the beginning, such as the agent's name */
export function progressView(label: string, output: ProgressOutput = process.stderr): ProgressView {
  return output.isTTY ? bar(label, output) : lines(label, output);
}

function bar(label: string, stream: ProgressOutput): ProgressView {
  const view = new cliProgress.SingleBar({
    format: `${label} {phase} {bar} {percentage}% | {value}/{total} | {speed} | {left} left | {evaluation}`,
    stream,
    hideCursor: true,
    fps: 4,
  });
  const clock = new Clock();
  let phase = "";
  let evaluation = evaluationText(undefined);
  return {
    show: (progress) => {
      if (progress.lastEvaluation) evaluation = evaluationText(progress.lastEvaluation);
      const payload = { phase: progress.phase, speed: speedText(progress), left: clock.left(progress), evaluation };
      if (progress.phase !== phase) {
        if (phase !== "") view.stop();
        phase = progress.phase;
        view.start(progress.total, progress.done, payload);
      }
      view.update(progress.done, payload);
    },
    evaluated: (line) => {
      evaluation = evaluationText(line);
      if (phase !== "") view.update({ evaluation });
    },
    notice: (sentence) => stream.write(`\n${sentence}\n`),
    stopping: () => stream.write(`\n${STOPPING}\n`),
    stop: () => view.stop(),
  };
}

function lines(label: string, stream: ProgressOutput): ProgressView {
  const clock = new Clock();
  let last = performance.now();
  return {
    show: (progress) => {
      const left = clock.left(progress);
      if (performance.now() - last < SECONDS_BETWEEN_LINES * 1000) return;
      last = performance.now();
      const share = Math.round((100 * progress.done) / progress.total);
      stream.write(
        `${label} ${progress.phase} ${progress.done}/${progress.total} (${share}%), ${speedText(progress)}, ${left} left\n`,
      );
    },
    evaluated: (evaluation) => stream.write(`${label} ${evaluation.phase} ${evaluationText(evaluation)}\n`),
    notice: (sentence) => stream.write(`${label}: ${sentence}\n`),
    stopping: () => stream.write(`${label} ${STOPPING}\n`),
    stop: () => {},
  };
}

/** Estimates the time left in a phase from the time it has taken. */
class Clock {
  private phase = "";
  private began = 0;
  private doneAtBegin = 0;

  left({ phase, done, total }: Progress): string {
    if (phase !== this.phase) {
      this.phase = phase;
      this.began = performance.now();
      this.doneAtBegin = done;
    }
    const progressed = done - this.doneAtBegin;
    if (progressed <= 0) return "?";
    return durationText(((performance.now() - this.began) / progressed) * (total - done));
  }
}

export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

export function speedText({ phase, updatesPerSecond }: Progress): string {
  return phase === "collecting" ? "collecting data" : `${updatesPerSecond.toPrecision(3)} updates/s`;
}

export function evaluationText(evaluation: EvaluationLine | undefined): string {
  if (!evaluation) return "not yet evaluated";
  const { updates, onlineSteps, lengthMean, normalisedScore } = evaluation;
  const where = `after ${updates} updates${onlineSteps > 0 ? `, ${onlineSteps} online steps` : ""}`;
  const length = lengthMean === undefined ? "" : `, length ${Math.round(lengthMean)}`;
  const score = normalisedScore === undefined ? "" : `, score ${normalisedScore.toFixed(1)}`;
  return `${resultText(evaluation)}${length}${score} (${where})`;
}

/** "success 40 %, return -12.3"; the return alone where success is not known; an estimate as what it is. */
export function resultText({ successRate, returnMean, estimate }: EvaluationLine, digits = 3): string {
  const [value, low, high, logged] = [returnMean, estimate?.low, estimate?.high, estimate?.logged].map((number) =>
    String(Number(number?.toPrecision(digits))),
  );
  if (estimate) return `estimated return ${value} (95 %: ${low} to ${high}), as logged ${logged}`;
  return successRate === undefined ? `return ${value}` : `success ${Math.round(100 * successRate)} %, return ${value}`;
}
