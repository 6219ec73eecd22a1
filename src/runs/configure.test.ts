/** Threads that have nothing to do are refused where a run begins; a run that has them goes on. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { variantFor } from "../comparison/comparison.js";
import { planRuns } from "../comparison/plan.js";
import { UsageError } from "../errors.js";
import { configure, configureSaved } from "./configure.js";
import { runFiles } from "./record.js";
import { errorOf, lineData, newFolder, registerLine, tiny } from "./tiny-run.fixture.js";
import { resume, train } from "./train.js";

it("a new run has at most 256 threads", async () => {
  expect(configure({ threads: 256 }).run.threads).toBe(256);
  expect(() => configure({ threads: 257 })).toThrow(UsageError);
  expect(() => configure({ threads: 1000 })).toThrow(
    "The setting threads of the run is 1000; it must be at most 256, since more have nothing to do in an update; leave it out for one per core.",
  );
  const variants = [variantFor({ agent: "bc", threads: 1000 })];
  await expect(planRuns({ tasks: ["pointmaze-umaze"], seeds: [0], variants }, "out")).rejects.toThrow("at most 256");
});

it("settings of a run that was started with more, before there was a bound, are still understood", async () => {
  const folder = newFolder();
  const settings = { ...tiny, task: registerLine("threads"), agent: "bc", actorHidden: [8] };
  const { nActions: _, criticHidden: __, ...ofBc } = settings;
  const signal = AbortSignal.abort();
  expect((await train(ofBc, { folder, dataset: lineData(), signal })).summary.status).toBe("interrupted");
  const path = join(folder, runFiles.config);
  const config = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...config, settings: { ...config.settings, threads: 300 } }));
  // Past the bound: what is told is that the checkpoint is of another run.
  expect((await errorOf(resume({ folder, dataset: lineData() }))).message).toMatch(
    /started with other settings: in its config\.json, threads is 300 where the checkpoint has 1\./,
  );
  expect(configureSaved({ threads: 1000 }).run.threads).toBe(1000);
});
