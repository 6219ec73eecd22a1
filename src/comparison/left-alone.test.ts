/**
 * Runs of a comparison that are sound but cannot go on here keep their folders, and hold up no other run; those that are complete
 * are known again from wherever the comparison is called.
 */
import { readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, expect, it } from "vitest";
import { CheckpointStore } from "../runs/checkpoints/store.js";
import { snapshotOf } from "../runs/folder-content.fixture.js";
import { runFiles } from "../runs/record.js";
import { compare } from "./compare.js";
import { newPlace, tinyComparison } from "./comparison.fixture.js";
import { startHere } from "./run-worker.js";

const { place, remove } = newPlace();
afterAll(remove);

it("a run that another version of calql has written is reported, and the others are carried out", async () => {
  const options = { folder: join(place, "versions"), startWorker: startHere };
  const one = { ...tinyComparison(["sac"]), seeds: [0] };
  const [first] = (await compare(one, options)).runs;
  rmSync(join(first!.folder, runFiles.summary));
  const store = new CheckpointStore(first!.folder);
  const { manifest, tensors } = store.newest(
    (found) => found,
    () => {},
  );
  store.write({ manifest: { ...(manifest as object), calqlVersion: "9.9.9", curiosity: 3 }, tensors });
  const before = snapshotOf(join(first!.folder, "checkpoints"));
  const { runs } = await compare({ ...one, seeds: [0, 1] }, options);
  expect(runs.map(({ status }) => status)).toEqual(["failed", "completed"]);
  expect(runs[0]!.reason).toMatch(/of version 9\.9\.9 of calql is not one that .* can read \(curiosity\)/);
  expect(snapshotOf(join(first!.folder, "checkpoints"))).toEqual(before);
  expect(readdirSync(join(first!.folder, "..")).sort()).toEqual(["sac-seed0", "sac-seed1"]);
});

it("complete runs are not run again where the comparison is called from another folder", async () => {
  const one = { ...tinyComparison(["cal-ql"]), seeds: [0] };
  const home = process.cwd();
  const began: string[] = [];
  const events = { began: ({ name }: { readonly name: string }) => void began.push(name) };
  try {
    for (const from of [place, home]) {
      process.chdir(from);
      const folder = relative(from, join(place, "moving"));
      await compare(one, { folder, startWorker: startHere, events });
    }
  } finally {
    process.chdir(home);
  }
  expect(began).toHaveLength(1);
});
