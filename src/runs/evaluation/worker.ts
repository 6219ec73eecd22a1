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
import type { Answer, Call, Reply, WorkerTask } from "./evaluation-worker.js";

const { task, count, imports } = workerData as WorkerTask;
const environments: Environment[] = [];

try {
  await importFiles(imports);
  while (environments.length < count) environments.push(await makeEnvironment(task));
  const { observationSpace, actionSpace, horizon } = environments[0]!;
  say({ kind: "made", declared: { observationSpace, actionSpace, horizon } });
  parentPort!.on("message", (call: Call) => void carryOut(call));
} catch (error) {
  say({ kind: "not made", reason: reasonIn(error) });
}

async function carryOut(call: Call): Promise<void> {
  if (call.kind === "close") return close();
  const { environment } = call;
  try {
    const answer = played(call);
    say({ kind: "answer", environment, answer: sendable(isPromise(answer) ? await answer : answer) });
  } catch (error) {
    say({ kind: "failure", environment, reason: reasonIn(error) });
  }
}

function played(call: Exclude<Call, { readonly kind: "close" }>): MaybePromise<Answer> {
  const environment = environments[call.environment]!;
  if (call.kind === "step") return environment.step(call.action);
  return environment.reset(call.seed === undefined ? {} : { seed: call.seed });
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
