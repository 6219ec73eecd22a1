/**
 * A thread in which some environments of an evaluation are played, as the run's thread sees it: environments whose answers
 * are promises. The policy stays in the run's thread, so that it acts on the same rows as without such threads.
 */
import { Worker } from "node:worker_threads";
import { NoAnswerError, noAnswer, withinTime } from "../../environments/call-watch.js";
import type { Environment, ResetResult, StepResult } from "../../environments/environment.js";
import { guardEnvironment } from "../../environments/guard.js";
import { type Declared, differenceFrom } from "../../environments/same-environment.js";
import { RunFailure, reasonIn } from "../../errors.js";
import { type Look, nextLook } from "../hang-watch.js";

/** What a thread is to make. */
export interface WorkerTask {
  readonly task: string;
  /** How many environments. */
  readonly count: number;
  /** Files that it imports first, because they register the task. */
  readonly imports: readonly string[];
  /** Shared: what the thread is doing, at the places below. */
  readonly progress: Int32Array;
}

/** Places in the shared memory: how many calls have begun or returned, and of which environment the last one is or was. */
export const [BEAT, AT] = [0, 1] as const;

/** A call of one of its environments, by number. */
export type Call =
  | { readonly kind: "reset"; readonly environment: number; readonly seed: number | undefined }
  | { readonly kind: "step"; readonly environment: number; readonly action: Float32Array };

/** What it is told: calls that are made one after the other, or to close its environments. */
export type Order = readonly Call[] | "close";

export type Answer = ResetResult | StepResult;

/** What became of a call. */
export type Result =
  | { readonly environment: number; readonly answer: Answer }
  | { readonly environment: number; readonly reason: string };

/** What it says: first whether its environments are made, then what became of calls. */
export type Reply = { readonly declared: Declared } | { readonly notMade: string } | readonly Result[];

export interface WorkerOptions extends Omit<WorkerTask, "progress"> {
  /** The built worker.js. */
  readonly entry: string | URL;
  /** The run's first environment: those of the thread must be of its kind. */
  readonly first: Environment;
  /** Seconds after which a call counts as hung; undefined waits forever. */
  readonly seconds: number | undefined;
}

/** The thread cannot do its part, which says nothing about the environments: they can be played elsewhere. */
export class WorkerLost extends Error {}

/** Seconds that a thread has to load and to make its environments, and to close them. */
const STARTING = 300;
const CLOSING = 10;

interface Pending {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class EvaluationWorker {
  readonly environments: readonly Environment[];
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private readonly made: Promise<Declared>;
  /** Calls by the environment's number, the oldest first. */
  private readonly pending = new Map<number, Pending>();
  private readonly progress = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  /** Calls that go to the thread in one message: a message costs more than what it holds. */
  private outbox: Call[] = [];
  private replies = 0;
  private lost: WorkerLost | undefined;
  private looking: ReturnType<typeof setInterval> | undefined;

  private constructor(private readonly options: WorkerOptions) {
    const { entry, task, count, imports } = options;
    const workerData: WorkerTask = { task, count, imports, progress: this.progress };
    // Flags of the main thread, such as --input-type=module, would keep the thread from starting.
    this.worker = new Worker(entry, { workerData, execArgv: [] });
    this.made = new Promise((resolve, reject) => {
      this.worker.on("message", (reply: Reply) => {
        if ("declared" in reply) resolve(reply.declared);
        else if ("notMade" in reply) reject(new WorkerLost(reply.notMade));
        else this.take(reply);
      });
      this.worker.on("error", (error) => reject(this.lose(reasonIn(error))));
      this.worker.on("exit", (code) => reject(this.lose(`it ended with exit code ${code}`)));
    });
    this.exited = new Promise((resolve) => this.worker.on("exit", () => resolve()));
    this.environments = Array.from({ length: count }, (_, i) => this.environment(i));
  }

  /** @throws WorkerLost if the thread does not start, or makes no environments like the first one */
  static async start(options: WorkerOptions): Promise<EvaluationWorker> {
    const worker = new EvaluationWorker(options);
    try {
      const declared = await withinTime(worker.made, STARTING);
      const difference = differenceFrom(options.first, declared);
      if (difference !== undefined) throw new WorkerLost(difference);
    } catch (error) {
      await worker.close();
      throw error instanceof WorkerLost ? error : new WorkerLost(reasonIn(error));
    }
    worker.rest();
    return worker;
  }

  /** From now on the process waits for this thread, and its calls are watched. */
  begin(): void {
    this.worker.ref();
    const { seconds } = this.options;
    if (seconds === undefined) return;
    const [limit, wait] = [1000 * seconds, Math.min(1000, 250 * seconds)];
    // Odd while an answer is waited for; whatever the thread does moves it.
    const moves = () => 2 * (Atomics.load(this.progress, BEAT) + this.replies);
    const now = () => ({ beat: moves() + Math.sign(this.pending.size), at: performance.now() });
    let look: Look = { ...now(), still: 0 };
    this.looking = setInterval(() => {
      look = nextLook(look, now(), wait);
      if (look.still >= limit) this.breakOff(noAnswer(seconds));
    }, wait);
  }

  /** Until the next evaluation nobody waits for it. */
  rest(): void {
    clearInterval(this.looking);
    this.worker.unref();
  }

  /** Closes the environments and ends the thread. */
  async close(): Promise<void> {
    this.tell("close");
    this.worker.ref();
    await withinTime(this.exited, CLOSING).catch(() => {});
    await this.end();
  }

  /** Ends the thread, whatever it is doing. */
  async end(): Promise<void> {
    clearInterval(this.looking);
    this.worker.unref();
    await this.worker.terminate();
  }

  private environment(number: number): Environment {
    const { first } = this.options;
    const { name, observationSpace, actionSpace, horizon } = first;
    return guardEnvironment({
      ...{ name, observationSpace, actionSpace, horizon },
      reset: ({ seed } = {}) => this.ask({ kind: "reset", environment: number, seed }),
      step: (action) => this.ask({ kind: "step", environment: number, action }) as Promise<StepResult>,
      normalisedScore: (episodeReturn) => first.normalisedScore?.(episodeReturn),
      close: () => {},
    });
  }

  /** All calls that are asked for before anything else happens go together. */
  private ask(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.lost) return reject(this.lost);
      this.pending.set(call.environment, { resolve, reject });
      if (this.outbox.push(call) === 1) queueMicrotask(() => this.tell(this.outbox.splice(0)));
    });
  }

  private tell(order: Order): void {
    this.worker.postMessage(order);
  }

  private take(results: readonly Result[]): void {
    this.replies++;
    for (const result of results) {
      const pending = this.pending.get(result.environment);
      this.pending.delete(result.environment);
      if ("answer" in result) pending?.resolve(result.answer);
      else pending?.reject(new RunFailure(result.reason));
    }
  }

  /** What hangs is the call that the thread is in, else the oldest promise. */
  private breakOff(reason: string): void {
    const within = Atomics.load(this.progress, BEAT) % 2 !== 0;
    const [oldest] = this.pending.keys();
    const hanging = within ? Atomics.load(this.progress, AT) : oldest;
    this.pending.get(hanging!)?.reject(new NoAnswerError(reason));
    void this.end();
  }

  private lose(reason: string): WorkerLost {
    this.lost ??= new WorkerLost(reason);
    for (const { reject } of this.pending.values()) reject(this.lost);
    this.pending.clear();
    return this.lost;
  }
}
