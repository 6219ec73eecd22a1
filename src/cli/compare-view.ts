/**
 * One view of many runs at work: on a terminal a line for each worker and one for the whole, drawn over itself; plain
 * lines elsewhere, one when a run begins and ends and one for the whole now and then.
 */
import type { CompareEvents } from "../comparison/compare.js";
import type { PlannedRun } from "../comparison/plan.js";
import type { EvaluationLine } from "../training/record.js";
import type { Progress } from "../training/run-log.js";
import { durationText, evaluationText, type ProgressOutput, STOPPING, speedText } from "./progress.js";
import { TimeLeft } from "./time-left.js";

const MILLISECONDS_BETWEEN_DRAWINGS = 250;
const MILLISECONDS_BETWEEN_LINES = 10_000;

export interface ComparisonView {
  readonly events: Partial<CompareEvents>;
  readonly stopping: () => void;
  readonly stop: () => void;
}

/** @param part where the runs are one part of several, which: "part 1 of 2, " */
export function comparisonView(output: ProgressOutput = process.stderr, part = ""): ComparisonView {
  const state = new RunsAtWork(part);
  const terminal = output.isTTY === true;
  const board = new Board(output, terminal);
  const draw = () => board.draw(terminal ? state.lines() : [state.whole()]);
  const say = (line: string) => board.say(line);
  return {
    events: {
      planned: (runs, states) => {
        const complete = runs.filter((run) => states.get(run)!.kind === "complete").length;
        state.plan(
          runs.filter((run) => states.get(run)!.kind !== "complete"),
          runs.length,
        );
        if (complete > 0) say(`${complete} of ${runs.length} runs are complete and are not run again`);
      },
      resumed: (run, reason) => say(`${run.name} ${reason}; going on with it`),
      setAside: (run, reason, folder) => say(`${run.name} ${reason}; beginning again (what there was: ${folder})`),
      collected: (task, file) => say(`collected the data of ${task}: ${file}`),
      began: (run, { pid }) => {
        state.begin(run);
        if (!terminal) say(`${run.name} begins${pid === undefined ? "" : ` (process ${pid})`}`);
      },
      progressed: (run, progress) => {
        state.progressed(run, progress);
        draw();
      },
      evaluated: (run, evaluation) => state.measured.set(run, evaluation),
      noticed: (run, sentence) => say(`${run.name}: ${sentence}`),
      ended: (run, { status, reason }) => {
        const measured = state.measured.get(run);
        state.end(run);
        say(`${run.name} ${status}${reason ? `: ${reason}` : measured ? `, ${evaluationText(measured)}` : ""}`);
        board.draw(terminal ? state.lines() : [], true);
      },
    },
    stopping: () => say(STOPPING),
    stop: () => board.clear(),
  };
}

/** What is at work and how much of the whole is done. */
class RunsAtWork {
  readonly active = new Map<PlannedRun, Progress | undefined>();
  readonly measured = new Map<PlannedRun, EvaluationLine>();
  private readonly time = new TimeLeft();
  private readonly waiting = new Set<PlannedRun>();
  private total = 0;
  private done = 0;

  constructor(private readonly part: string) {}

  plan(due: readonly PlannedRun[], total: number): void {
    this.total = total;
    this.done = total - due.length;
    for (const run of due) this.waiting.add(run);
  }

  begin(run: PlannedRun): void {
    this.waiting.delete(run);
    this.active.set(run, undefined);
  }

  progressed(run: PlannedRun, progress: Progress): void {
    this.active.set(run, progress);
    this.time.progressed(run, progress);
  }

  end(run: PlannedRun): void {
    this.active.delete(run);
    this.time.ended(run);
    this.done++;
  }

  lines(): string[] {
    const runs = [...this.active].map(([run, progress]) => `${run.name}  ${progressText(progress)}`);
    return [...runs, this.whole()];
  }

  whole(): string {
    const left = this.time.estimate([...this.active.keys()], [...this.waiting]);
    const time = left === undefined ? "" : `, about ${durationText(left)} left${this.part && " of this part"}`;
    return `${this.part}${this.done} of ${this.total} runs done${time}`;
  }
}

function progressText(progress: Progress | undefined): string {
  if (progress === undefined) return "starting";
  const { phase, done, total, lastEvaluation } = progress;
  const share = `${Math.round((100 * done) / total)}%`.padStart(4);
  return `${phase.padEnd(7)} ${share} | ${done}/${total} | ${speedText(progress)} | ${evaluationText(lastEvaluation)}`;
}

/** Where lines are drawn: the last ones over themselves on a terminal, one after the other elsewhere. */
class Board {
  private drawn = 0;
  private last: number;

  constructor(
    private readonly output: ProgressOutput,
    private readonly terminal: boolean,
  ) {
    this.last = terminal ? Number.NEGATIVE_INFINITY : performance.now();
  }

  /** Shows lines in place of the last ones, unless that has just been done. */
  draw(lines: readonly string[], now = false): void {
    const spacing = this.terminal ? MILLISECONDS_BETWEEN_DRAWINGS : MILLISECONDS_BETWEEN_LINES;
    if (!now && performance.now() - this.last < spacing) return;
    if (!now || this.terminal) this.last = performance.now();
    const width = (this.output as NodeJS.WriteStream).columns ?? Number.POSITIVE_INFINITY;
    const text = lines.map((line) => `${this.terminal ? line.slice(0, width - 1) : line}\n`).join("");
    this.output.write(this.erasure() + text);
    this.drawn = this.terminal ? lines.length : 0;
  }

  /** A line that stays. */
  say(line: string): void {
    this.output.write(`${this.erasure()}${line}\n`);
    this.drawn = 0;
  }

  clear(): void {
    if (this.drawn > 0) this.output.write(this.erasure());
    this.drawn = 0;
  }

  /** Moves up over what was drawn and erases from there on. */
  private erasure(): string {
    return this.drawn > 0 ? `\u001b[${this.drawn}A\u001b[J` : "";
  }
}
