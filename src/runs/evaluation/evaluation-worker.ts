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
}

/** What it is told: a call of one of its environments, by number, or to close them all. */
export type Call =
  | { readonly kind: "reset"; readonly environment: number; readonly seed: number | undefined }
  | { readonly kind: "step"; readonly environment: number; readonly action: Float32Array }
  | { readonly kind: "close" };

export type Answer = ResetResult | StepResult;

/** What it says: first whether its environments are made, then the answer to each call, or the reason why there is none. */
export type Reply =
  | { readonly kind: "made"; readonly declared: Declared }
  | { readonly kind: "not made"; readonly reason: string }
  | { readonly kind: "answer"; readonly environment: number; readonly answer: Answer }
  | { readonly kind: "failure"; readonly environment: number; readonly reason: string };

export interface WorkerOptions extends WorkerTask {
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
  private answered = 0;
  private lost: WorkerLost | undefined;
  private looking: ReturnType<typeof setInterval> | undefined;

  private constructor(private readonly options: WorkerOptions) {
    const { entry, task, count, imports } = options;
    const workerData: WorkerTask = { task, count, imports };
    // Flags of the main thread, such as --input-type=module, would keep the thread from starting.
    this.worker = new Worker(entry, { workerData, execArgv: [] });
    this.made = new Promise((resolve, reject) => {
      this.worker.on("message", (reply: Reply) => {
        if (reply.kind === "made") resolve(reply.declared);
        else if (reply.kind === "not made") reject(new WorkerLost(reply.reason));
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
    const now = () => ({ beat: 2 * this.answered + Math.sign(this.pending.size), at: performance.now() });
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
    this.tell({ kind: "close" });
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

  private ask(call: Exclude<Call, { kind: "close" }>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.lost) return reject(this.lost);
      this.pending.set(call.environment, { resolve, reject });
      this.tell(call);
    });
  }

  private tell(call: Call): void {
    this.worker.postMessage(call);
  }

  private take(reply: Extract<Reply, { readonly environment: number }>): void {
    const pending = this.pending.get(reply.environment);
    this.pending.delete(reply.environment);
    this.answered++;
    if (reply.kind === "answer") pending?.resolve(reply.answer);
    else pending?.reject(new RunFailure(reply.reason));
  }

  /** The oldest call is the one that hangs: those after it wait for its environment's thread. */
  private breakOff(reason: string): void {
    const [oldest] = this.pending.values();
    oldest?.reject(new NoAnswerError(reason));
    void this.end();
  }

  private lose(reason: string): WorkerLost {
    this.lost ??= new WorkerLost(reason);
    for (const { reject } of this.pending.values()) reject(this.lost);
    this.pending.clear();
    return this.lost;
  }
}
