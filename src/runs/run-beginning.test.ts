/** A run that cannot be set up gives back what was opened for it until then: its agent, its files, its lock. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Agent } from "../agents/agent.js";
import { DataError } from "../errors.js";
import { realDisk } from "../files/disk.js";
import { RunLog } from "../training/run-log.js";
import { EpisodeLog } from "./checkpoints/episode-log.js";
import { lockFile } from "./lock.js";
import { errorOf, lineData, newFolder, openEnvironments, registerLine, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";
import { RunWriter } from "./write.js";

// Other files of the same worker leave environments open, those that hang for instance.
beforeEach(() => openEnvironments.clear());

const task = registerLine("line that cannot begin");
afterEach(() => vi.restoreAllMocks());

/** What is not given back, by name. */
function held() {
  const agents = new Set<Agent>();
  const files = new Set<number>();
  const { create } = Agent;
  const { release } = Agent.prototype;
  const { open, close } = realDisk;
  vi.spyOn(Agent, "create").mockImplementation(async (name, options) => {
    const agent = await create.call(Agent, name, options);
    agents.add(agent);
    return agent;
  });
  vi.spyOn(Agent.prototype, "release").mockImplementation(async function (this: Agent) {
    agents.delete(this);
    await release.call(this);
  });
  vi.spyOn(realDisk, "open").mockImplementation((path, mode) => {
    const file = open(path, mode);
    files.add(file);
    return file;
  });
  vi.spyOn(realDisk, "close").mockImplementation((file) => {
    files.delete(file);
    close(file);
  });
  return { agents, files };
}

const fails = () => {
  throw new DataError("It cannot be had.");
};

async function expectNothingHeld(folder: string, work: () => Promise<unknown>): Promise<void> {
  const { agents, files } = held();
  expect((await errorOf(work())).message).toBe("It cannot be had.");
  expect(Agent.create).toHaveBeenCalledTimes(1);
  expect([agents.size, files.size, openEnvironments.size]).toEqual([0, 0, 0]);
  expect(existsSync(join(folder, lockFile))).toBe(false);
}

describe("a new run gives everything back", () => {
  it.each([
    ["lines", () => vi.spyOn(RunWriter, "create").mockImplementation(fails)],
    ["episodes", () => vi.spyOn(EpisodeLog, "create").mockImplementation(fails)],
  ])("where its %s cannot be written", async (_, broken) => {
    const folder = newFolder();
    broken();
    await expectNothingHeld(folder, () => trainTiny(task, {}, { folder }));
  });
});

describe("a run that goes on gives everything back", () => {
  it.each([
    ["lines cannot be written", () => vi.spyOn(RunWriter, "reopen").mockImplementation(fails)],
    ["episodes cannot be read", () => vi.spyOn(EpisodeLog, "reopen").mockImplementation(fails)],
    ["checkpoint does not fit", () => vi.spyOn(RunLog.prototype, "restore").mockImplementation(fails)],
  ])("where its %s", async (_, broken) => {
    const stop = new AbortController();
    const { folder } = await trainTiny(task, {}, { signal: stop.signal, onProgress: () => stop.abort() });
    broken();
    await expectNothingHeld(folder, () => resume({ folder, dataset: lineData() }));
    vi.restoreAllMocks();
    expect((await resume({ folder, dataset: lineData() })).summary.status).toBe("completed");
  });
});
