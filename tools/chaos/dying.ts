/**
 * Loaded before the program (node --import) in a process that is to be killed: sends it a signal at the call that its
 * order names. The program itself has no hooks for this; its methods are wrapped here. Also registers the tasks of
 * tasks.ts.
 */
import { writeSync } from "node:fs";
import { Agent } from "../../src/agents/agent.js";
import { registerEnvironment } from "../../src/environments/registry.js";
import { type Disk, realDisk } from "../../src/files/disk.js";
import { RandomStream } from "../../src/random.js";
import { Checkpointing } from "../../src/training/checkpointing.js";
import { RunLog } from "../../src/training/run-log.js";
import { atWork, type Order, orderVariable, type Stage } from "./order.js";
import { chaosTasks } from "./tasks.js";

for (const [name, make] of chaosTasks) registerEnvironment(name, make);
const text = process.env[orderVariable];
if (text !== undefined) carryOut(JSON.parse(text) as Order);

function carryOut({ stage: last, count, signal, checkpointShare, seed }: Order): void {
  let left = count;
  const reach = (stage: Stage): boolean => stage === last && --left === 0;
  const end = () => void process.kill(process.pid, signal);
  const sayAtWork = once(() => void writeSync(process.stderr.fd, atWork));
  const pass = (stage: Stage): void => {
    sayAtWork();
    if (reach(stage)) end();
  };
  wrapTraining(pass);
  wrapDisk(() => reach("checkpoint"), end);
  const random = new RandomStream(seed, "moments of checkpoints");
  Checkpointing.prototype.saveWhereDue = function () {
    if (random.uniform() < checkpointShare) this.save();
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}

function wrapTraining(pass: (stage: Stage) => void): void {
  const { update, save } = RunLog.prototype;
  RunLog.prototype.update = function (make) {
    pass(this.phase);
    return update.call(this, make);
  };
  // At the switch the run asks for a checkpoint before its first online step.
  RunLog.prototype.save = function () {
    if (this.phase === "online" && this.onlineSteps === 0) pass("switch");
    return save.call(this);
  };
  const { act } = Agent.prototype;
  Agent.prototype.act = function (observations, how) {
    pass(how.deterministic ? "evaluation" : "episode");
    return act.call(this, observations, how);
  };
}

/** The process may end before every operation, and in the middle of every write. */
function wrapDisk(reached: () => boolean, end: () => void): void {
  const { write } = realDisk;
  const before =
    <Words extends readonly unknown[], Result>(operation: (...words: Words) => Result) =>
    (...words: Words): Result => {
      if (reached()) end();
      return operation(...words);
    };
  const dying: Disk = {
    makeFolder: before(realDisk.makeFolder),
    list: realDisk.list,
    open: before(realDisk.open),
    write(descriptor, bytes) {
      const half = bytes.length >> 1;
      if (reached()) end();
      write(descriptor, bytes.subarray(0, half));
      if (reached()) end();
      write(descriptor, bytes.subarray(half));
    },
    truncate: before(realDisk.truncate),
    sync: before(realDisk.sync),
    close: before(realDisk.close),
    rename: before(realDisk.rename),
    link: before(realDisk.link),
    remove: before(realDisk.remove),
    syncFolder: before(realDisk.syncFolder),
  };
  Object.assign(realDisk, dying);
}
