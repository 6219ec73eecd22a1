/** What kills leave in a run folder goes when the folder is opened again, and nothing else does. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkpointFolder } from "./checkpoints/store.js";
import { contentOf } from "./folder-content.fixture.js";
import { isRunLeftover, removeLeftovers } from "./leftovers.js";
import { lockFolder } from "./lock.js";
import { errorOf, lineData, newFolder, registerLine, runFolderContent, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const task = registerLine("line with leftovers");
/** Larger than the number of any process. */
const gone = 2 ** 22 + 1;

const leftovers = [
  "config.json.123.partial",
  "summary.json.123.partial",
  `summary.json.${process.pid}.partial`,
  "policy.onnx.7.partial",
  `.lock.${gone}`,
  join(checkpointFolder, "best.safetensors.partial"),
  join(checkpointFolder, "checkpoint-000003.safetensors.partial"),
  join(checkpointFolder, "checkpoint-1000000.safetensors.partial"),
];
const foreign = [
  "notes.partial",
  "notes.123.partial",
  "config.json.partial",
  "config.json.12x.partial",
  "config.json.123.partial.bak",
  "my-config.json.123.partial",
  "report.html.123.partial",
  `.lock.${process.ppid}`,
  `.lock.${gone}.bak`,
  ".lockfile",
  join(checkpointFolder, "notes.partial"),
  join(checkpointFolder, "checkpoint-3.safetensors.partial"),
  join(checkpointFolder, "config.json.123.partial"),
  join("notes", "config.json.123.partial"),
];

function leave(folder: string, names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), "half");
  }
}

const still = (folder: string, names: readonly string[]) => names.filter((name) => existsSync(join(folder, name)));

describe("what kills left", () => {
  it("goes when a run is resumed; what only looks like it stays", async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const { folder } = await trainTiny(task, {}, { signal: stop.signal, onProgress });
    leave(folder, [...leftovers, ...foreign]);
    const { summary } = await resume({ folder, dataset: lineData() });
    expect(summary.status).toBe("completed");
    expect(still(folder, leftovers)).toEqual([]);
    expect(still(folder, foreign)).toEqual(foreign);
  });

  it("in the first moment of a run goes when the run begins again", async () => {
    const folder = newFolder();
    leave(folder, ["config.json.123.partial", `.lock.${gone}`]);
    await trainTiny(task, { onlineSteps: 0 }, { folder });
    const own = (name: string) => !name.startsWith(checkpointFolder);
    expect(contentOf(folder).filter(own)).toEqual(runFolderContent.filter(own));
  });

  it("stays while another process works there", async () => {
    const { folder } = await trainTiny(task);
    leave(folder, leftovers);
    const unlock = lockFolder(folder, "run");
    expect((await errorOf(resume({ folder, dataset: lineData() }))).message).toMatch(/^Another run /);
    unlock();
    expect(still(folder, leftovers)).toEqual(leftovers);
  });

  it("stays where it cannot be removed, and is no reason to stop", () => {
    const folder = newFolder();
    expect(() => removeLeftovers(folder, isRunLeftover)).not.toThrow();
    leave(folder, [join("config.json.1.partial", "in a folder"), "summary.json.2.partial"]);
    removeLeftovers(folder, isRunLeftover);
    expect(contentOf(folder)).toEqual(["config.json.1.partial", join("config.json.1.partial", "in a folder")]);
    rmSync(folder, { recursive: true });
  });
});
