/**
 * The thread of an evaluation: makes environments of a task, plays them as it is told, and says what they answer. It ends
 * when it is told to close them.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type Environment, isPromise, type MaybePromise } from "../../environments/environment.js";
import { closeQuietly } from "../../environments/environment-call.js";
import { makeEnvironment } from "../../environments/registry.js";
import { reasonIn } from "../../errors.js";
import { importFiles } from "../import-files.js";
import {
  type Answer,
  AT,
  BEAT,
  type Call,
  type Order,
  type Reply,
  type Result,
  type WorkerTask,
} from "./evaluation-worker.js";

const { task, count, imports, progress } = workerData as WorkerTask;
const environments: Environment[] = [];

try {
  await importFiles(imports);
  while (environments.length < count) environments.push(await makeEnvironment(task));
  const { observationSpace, actionSpace, horizon } = environments[0]!;
  say({ declared: { observationSpace, actionSpace, horizon } });
  parentPort!.on("message", (order: Order) => void (order === "close" ? close() : carryOut(order)));
} catch (error) {
  say({ notMade: reasonIn(error) });
}

/** What is answered at once is said together; a promised answer when it comes. */
function carryOut(calls: readonly Call[]): void {
  const results: Result[] = [];
  for (const call of calls) {
    const result = resultOf(call);
    if (isPromise(result)) void result.then((one) => say([one]));
    else results.push(result);
  }
  if (results.length > 0) say(results);
}

function resultOf(call: Call): MaybePromise<Result> {
  const { environment } = call;
  const failed = (error: unknown) => ({ environment, reason: reasonIn(error) });
  try {
    const answer = played(call);
    const answered = (given: Answer) => ({ environment, answer: sendable(given) });
    return isPromise(answer) ? answer.then(answered).catch(failed) : answered(answer);
  } catch (error) {
    return failed(error);
  }
}

/** The call, where the run's thread can see that it goes on. */
function played(call: Call): MaybePromise<Answer> {
  const environment = environments[call.environment]!;
  Atomics.store(progress, AT, call.environment);
  Atomics.add(progress, BEAT, 1);
  try {
    if (call.kind === "step") return environment.step(call.action);
    return environment.reset(call.seed === undefined ? {} : { seed: call.seed });
  } finally {
    Atomics.add(progress, BEAT, 1);
  }
}

/** What an evaluation reads; whatever else an environment reports may be something that cannot be sent. */
function sendable(answer: Answer): Answer {
  return { ...answer, info: { success: answer.info.success } };
}

async function close(): Promise<void> {
  await Promise.all(environments.map(closeQuietly));
  process.exit();
}

function say(reply: Reply): void {
  parentPort!.postMessage(reply);
}
