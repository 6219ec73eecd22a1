/** A run folder belongs to the run that is at work in it, from its first moment to its last. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Agent } from "../agents/agent.js";
import { UsageError } from "../errors.js";
import { contentOf } from "./folder-content.fixture.js";
import { lockFile, lockFolder } from "./lock.js";
import { errorOf, lineData, newFolder, registerLine, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const task = registerLine("line to lock");
const refusal = new RegExp(`^Another run \\(process ${process.pid}, since .*\\) is at work in `);
afterEach(() => void vi.restoreAllMocks());

describe("a new run", () => {
  it("holds the lock while it is at work: a second resume meanwhile is refused", async () => {
    const folder = newFolder();
    const { update } = Agent.prototype;
    const seen: { owner: unknown; error: Error }[] = [];
    vi.spyOn(Agent.prototype, "update").mockImplementation(async function (this: Agent, batch) {
      if (seen.length === 0) {
        const owner: unknown = JSON.parse(readFileSync(join(folder, lockFile), "utf8"));
        seen.push({ owner, error: await errorOf(resume({ folder, dataset: lineData() })) });
      }
      return update.call(this, batch);
    });
    const { summary } = await trainTiny(task, {}, { folder });
    expect(summary.status).toBe("completed");
    expect(seen[0]!.owner).toMatchObject({ process: process.pid });
    expect(seen[0]!.error).toBeInstanceOf(UsageError);
    expect(seen[0]!.error.message).toMatch(refusal);
    expect(existsSync(join(folder, lockFile))).toBe(false);
  });

  it("is refused where another one is about to begin, and writes nothing", async () => {
    const folder = newFolder();
    const unlock = lockFolder(folder, "run");
    expect((await errorOf(trainTiny(task, {}, { folder }))).message).toMatch(refusal);
    expect(contentOf(folder)).toEqual([lockFile]);
    unlock();
    expect((await trainTiny(task, {}, { folder })).summary.status).toBe("completed");
  });
});
