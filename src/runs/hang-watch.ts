/**
 * An environment that never answers holds the one thread that could report it. So a thread beside it looks at a
 * counter that every call of an environment moves; where it stands still for too long in the middle of a call, that
 * thread has the engine interrupt the call, and the run ends like one whose environment threw. A call that the engine
 * cannot interrupt, because it waits in the operating system, leaves only ending the process, if the caller allows
 * that.
 */
import { setImmediate } from "node:timers/promises";
import { isMainThread, Worker } from "node:worker_threads";
import { type EnvironmentWatch, noAnswer } from "../environments/call-watch.js";
import {
  type CallKind,
  callKinds,
  EnvironmentFailure,
  type EpisodeName,
  episodeKinds,
  failureAt,
  nextStep,
} from "../environments/environment-failure.js";
import type { Configuration } from "../settings/configuration.js";

/** Places in the shared memory (`callIn` reads it): a count that is odd within a call, then where the call is made. */
const [BEAT, KIND, NUMBER, STEP, CALL] = [0, 1, 2, 3, 4] as const;
/** Seconds for the engine to break off a call. */
const GRACE = 5;

/** What the thread beside knows after a look at the count. */
export interface Look {
  readonly beat: number;
  /** Milliseconds on any clock that does not go back. */
  readonly at: number;
  /** Milliseconds for which the current call has been observed; 0 between calls. */
  readonly still: number;
}

/**
 * What it knows after the next one. A process that was stopped, or a laptop that slept, makes no call hang: from one
 * look to the next no more counts than the thread meant to wait, because beyond that it did not run either.
 * @param wait milliseconds
 */
export function nextLook({ beat, at, still }: Look, now: { beat: number; at: number }, wait: number): Look {
  const goesOn = now.beat === beat && beat % 2 !== 0;
  return { beat: now.beat, at: now.at, still: goesOn ? still + Math.min(now.at - at, wait) : 0 };
}

/** What the watching thread is given. */
interface Watched {
  readonly memory: Int32Array;
  readonly milliseconds: number;
  /** From one look to the next. */
  readonly wait: number;
  /** Where a call cannot be broken off. */
  readonly grace: number;
  readonly mayEndProcess: boolean;
  readonly name: string;
  readonly reason: string;
}

export interface HangOptions {
  /** The environment's, for messages. */
  readonly name: string;
  readonly seconds: number;
  /** Whether the process may be ended where a call cannot be broken off. */
  readonly mayEndProcess: boolean;
}

export class HangWatch implements EnvironmentWatch {
  private readonly memory = new Int32Array(new SharedArrayBuffer((CALL + 1) * Int32Array.BYTES_PER_ELEMENT));
  private readonly worker: Worker | undefined;
  private interrupted: (() => void) | undefined;

  constructor(private readonly options: HangOptions) {
    // Only the main thread can be reached from beside; a run elsewhere does without.
    if (!isMainThread) return;
    const milliseconds = 1000 * options.seconds;
    const watched: Watched = {
      memory: this.memory,
      milliseconds,
      wait: Math.min(1000, milliseconds / 4),
      grace: 1000 * GRACE,
      mayEndProcess: options.mayEndProcess,
      name: options.name,
      reason: this.reason,
    };
    // Flags of the main thread, such as --input-type=module, would change what the source of the watch is.
    this.worker = new Worker(BESIDE, { eval: true, workerData: watched, execArgv: [] });
    this.worker.unref();
    this.worker.on("message", () => this.interrupted?.());
  }

  get seconds(): number {
    return this.options.seconds;
  }

  enter(call: CallKind, episode?: EpisodeName, step = 0): void {
    Atomics.store(this.memory, CALL, callKinds.indexOf(call));
    if (episode) {
      Atomics.store(this.memory, KIND, episodeKinds.indexOf(episode.kind));
      Atomics.store(this.memory, NUMBER, episode.number);
      Atomics.store(this.memory, STEP, step);
    }
    Atomics.add(this.memory, BEAT, 1);
  }

  leave(): void {
    Atomics.add(this.memory, BEAT, 1);
  }

  during<Result>(work: () => Promise<Result>): Promise<Result> {
    const hung = new Promise<never>((_, reject) => {
      this.interrupted = () => {
        this.leave();
        reject(this.failure());
      };
    });
    // What is broken off takes its whole stack with it, and the promises that wait behind it: it begins when none do.
    return Promise.race([setImmediate().then(work), hung]);
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private get reason(): string {
    return noAnswer(this.seconds);
  }

  private failure(): EnvironmentFailure {
    const { call, place } = callIn(this.memory, callKinds, episodeKinds);
    const what = failureAt(this.options.name, call, place, this.reason);
    return new EnvironmentFailure(what, { call, hung: true, cause: this.reason });
  }
}

/** The call that the memory describes. It refers to nothing outside itself, so that its source can be passed to a thread. */
function callIn(memory: Int32Array, calls: typeof callKinds, kinds: typeof episodeKinds) {
  const [, kind, number, step, call] = memory;
  return { call: calls[call!]!, place: { episode: { kind: kinds[kind!]!, number: number! }, step: step! } };
}

/** The watch over a run's environments, unless its settings say that there is none. */
export function hangWatchFor({ run }: Configuration, mayEndProcess = false): HangWatch | undefined {
  const { task: name, environmentTimeoutSeconds: seconds } = run;
  return seconds === null || name === null ? undefined : new HangWatch({ name, seconds, mayEndProcess });
}

/**
 * The thread beside, as text because it must also start where this file is not compiled. Through the inspector it ends
 * what the main thread executes, with everything that is waiting on that thread's stack.
 */
const BESIDE = `
const { parentPort, workerData } = require("node:worker_threads");
const { Session } = require("node:inspector");
const { writeSync } = require("node:fs");
const { memory, milliseconds, wait, grace, mayEndProcess, name, reason } = workerData;
const failureAt = ${failureAt};
const nextStep = ${nextStep};
const callIn = ${callIn};
const nextLook = ${nextLook};
let look = { beat: 0, at: performance.now(), still: 0 };
let broken = false;
setInterval(() => {
  look = nextLook(look, { beat: Atomics.load(memory, ${BEAT}), at: performance.now() }, wait);
  if (look.still === 0) {
    broken = false;
  } else if (!broken && look.still >= milliseconds) {
    broken = true;
    breakOff();
  } else if (broken && mayEndProcess && look.still >= milliseconds + grace) {
    endProcess();
  }
}, wait);

function breakOff() {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.terminateExecution", () => {
    session.disconnect();
    parentPort.postMessage("hung");
  });
}

function endProcess() {
  const { call, place } = callIn(memory, ${JSON.stringify(callKinds)}, ${JSON.stringify(episodeKinds)});
  const what = failureAt(name, call, place, reason + ", and cannot be broken off");
  writeSync(2, "\\nerror: " + what + ". " + nextStep(call) + "\\n");
  process.kill(process.pid, "SIGKILL");
}
`;
