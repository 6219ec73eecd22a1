/**
 * Runs whose folder is sound but no longer what this program would expect: without its checkpoints, with lines that somebody
 * has edited, from another version or another machine. What can go on goes on; what cannot is left as it is.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { DataError, UsageError } from "../errors.js";
import { version } from "../version.js";
import { CheckpointStore, checkpointFolder, NoSoundCheckpoint } from "./checkpoints/store.js";
import { whyNotResumable } from "./find-checkpoint.js";
import { contentOf } from "./folder-content.fixture.js";
import { type RunConfig, runFiles } from "./record.js";
import { endedInFirstUpdate, mazeData, settingsFor, whole } from "./resuming.fixture.js";
import { errorOf, keepIn } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const settings = settingsFor("td3-bc", "pointmaze-umaze");

/** Goes on and gives what was told. */
async function resumed(folder: string): Promise<string[]> {
  const notices: string[] = [];
  await resume({ folder, dataset: mazeData, onNotice: keepIn(notices) });
  return notices;
}

describe("a run without its checkpoints", () => {
  it.each<[string, (checkpoints: string) => void]>([
    ["gone", (checkpoints) => rmSync(checkpoints, { recursive: true })],
    [
      "set aside, all of them",
      (checkpoints) => {
        for (const name of readdirSync(checkpoints))
          renameSync(join(checkpoints, name), join(checkpoints, `${name}.damaged`));
      },
    ],
  ])("which are %s, is not begun again over what it has recorded", async (_, takeAway) => {
    const folder = await whole(settings, mazeData);
    takeAway(join(folder, checkpointFolder));
    const before = contentOf(folder);
    const error = await errorOf(resume({ folder, dataset: mazeData }));
    expect(error).toBeInstanceOf(NoSoundCheckpoint);
    expect(error.message).toMatch(
      /^There is no checkpoint in .*; put back what was changed, or start again with "calql train" in another folder\.$/,
    );
    expect(contentOf(folder)).toEqual(before);
    expect(whyNotResumable(folder)).toMatch(/^There is no checkpoint in /);
  });
});

describe("lines that somebody has changed, of which no checkpoint knows", () => {
  const firstLine = (change: (line: string) => string) => (text: string) => {
    const end = text.indexOf("\n") + 1;
    return change(text.slice(0, end)) + text.slice(end);
  };

  it.each([
    ["a word", firstLine((line) => line.replace("offline", "Offline"))],
    ["a digit", firstLine((line) => line.replace(/(\d)(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10)))],
    ["a whole line less", firstLine(() => "")],
  ])("(%s of the metrics) stay as they are, and are reported; what is computed is the same", async (_, change) => {
    const folder = await whole(settings, mazeData);
    const wanted = identityOf(folder);
    const path = join(folder, runFiles.metrics);
    const changed = change(readFileSync(path, "utf8"));
    writeFileSync(path, changed);
    const notices = await resumed(folder);
    expect(notices).toEqual([
      expect.stringMatching(
        /metrics\.jsonl is damaged: .* Those lines stay as they are, and the run continues from .*\.$/,
      ),
    ]);
    expect(readFileSync(path, "utf8").startsWith(changed.slice(0, changed.indexOf("\n") + 1))).toBe(true);
    writeFileSync(path, "");
    const { metrics: _metrics, ...others } = wanted;
    expect(identityOf(folder)).toMatchObject(others);
  });

  it("are refused of the evaluations, which decide what the run does next", async () => {
    const folder = await endedInFirstUpdate();
    const path = join(folder, runFiles.evaluations);
    writeFileSync(path, readFileSync(path, "utf8").replace('"successRate":0', '"successRate":1'));
    const before = contentOf(folder);
    const error = await errorOf(resume({ folder, dataset: mazeData }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(`${path} is damaged: it has another SHA-256 than when the checkpoint was written.`);
    expect(contentOf(folder)).toEqual(before);
  });
});

describe("a run of another version of calql", () => {
  it.each<[string, (manifest: object) => object, string]>([
    ["more than this one knows", (manifest) => ({ ...manifest, curiosity: 3 }), "curiosity"],
    ["less than this one needs", ({ streams: _, ...manifest }: { streams?: unknown }) => manifest, "streams"],
  ])("whose checkpoints hold %s is refused, not taken for damaged", async (_, change, name) => {
    const folder = await endedInFirstUpdate();
    const store = new CheckpointStore(folder);
    const { manifest, tensors } = store.newest(
      (found) => found,
      () => {},
    );
    store.write({ manifest: { ...change(manifest as object), calqlVersion: "9.9.9" }, tensors });
    const before = contentOf(folder);
    const error = await errorOf(resume({ folder, dataset: mazeData }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).not.toBeInstanceOf(DataError);
    expect(error.message).toMatch(
      new RegExp(
        `of version 9\\.9\\.9 of calql is not one that version ${version} can read \\(${name}\\); continue with it by`,
      ),
    );
    expect(contentOf(folder)).toEqual(before);
    expect(whyNotResumable(folder)).toBeUndefined();
  });
});

describe("a run of another machine", () => {
  it("goes on and tells that its last bits may differ", async () => {
    const folder = await endedInFirstUpdate();
    const path = join(folder, runFiles.config);
    const config = JSON.parse(readFileSync(path, "utf8")) as RunConfig;
    writeFileSync(path, JSON.stringify({ ...config, hardware: { ...config.hardware, processor: "Abacus" } }));
    expect(await resumed(folder)).toEqual([
      expect.stringMatching(
        /was begun on another machine \(its processor was Abacus, and is .+\); its results may differ/,
      ),
    ]);
  });
});
