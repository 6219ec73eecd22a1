/** A run that diverges leaves what it takes to see the same update fail again. */
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { randomBatch, withAgent } from "../agents/agent.fixture.js";
import { type Crash, NonFiniteUpdate } from "../agents/crash.js";
import { calql } from "../cli/command-line.fixture.js";
import { RandomStream } from "../random.js";
import type { TrainSettings } from "../settings/configuration.js";
import { CheckpointStore } from "./checkpoints/store.js";
import { readCrashBundle, replayCrash, writeCrashBundle } from "./crash-bundle.js";
import { readRun } from "./read.js";
import { newFolder, registerLine, trainTiny } from "./tiny-run.fixture.js";

const task = registerLine("line to crash on");
const huge = registerLine("line of huge rewards", { reward: () => 1e38 });

async function crashed(name: string, settings: TrainSettings) {
  const folder = newFolder();
  const error: unknown = await trainTiny(name, settings, { folder }).then(
    () => expect.fail("the run did not fail"),
    (reason: unknown) => reason,
  );
  const bundles = readdirSync(folder).filter((file) => file.startsWith("crash"));
  return { folder, message: (error as Error).message, bundles };
}

/** The crash of one update of an agent, whose state was changed before. */
async function crashOf(name: string, settings: object, damage: (state: (name: string) => Float32Array) => void) {
  let crash: Crash | undefined;
  await withAgent(name, settings, async (agent) => {
    damage((tensor) => agent.state(tensor));
    const error: unknown = await agent.update(randomBatch(new RandomStream(1))).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonFiniteUpdate);
    crash = (error as NonFiniteUpdate).crash;
  });
  return crash!;
}

describe("a run that diverges", () => {
  it("by huge rewards names the bundle and the cause; replay-crash sees the same failure", async () => {
    const { folder, message, bundles } = await crashed(huge, { mixingRatio: 0 });
    expect(bundles).toEqual(["crash-11.safetensors"]);
    expect(message).toMatch(/^Update 11 of cal-ql is not finite: /);
    expect(message).toContain("rewards that are too large (1e+38 in this batch; scale them with rewardScale)");
    expect(message).toContain(`The batch and the noise are in ${join(folder, "crash-11.safetensors")}; `);
    expect(message).toContain(`"calql replay-crash ${folder}" makes the update again.`);
    expect(readRun(folder).summary).toMatchObject({ status: "failed", reason: message });
    for (const place of [folder, join(folder, "crash-11.safetensors")]) {
      const { code, out, error } = await calql("replay-crash", place);
      expect({ code, error }).toEqual({ code: 0, error: "" });
      expect(out).toMatch(/^the same failure: update 11 of cal-ql: .*criticLoss = /);
    }
    const { symptoms } = readCrashBundle(folder);
    expect(await replayCrash(readCrashBundle(folder))).toEqual({ symptoms });
  });

  it("by its learning rate stops within one update, and the checkpoint before it holds finite numbers alone", async () => {
    const { folder, message } = await crashed(task, { criticLearningRate: 1e30, offlineUpdates: 50 });
    const { summary } = readRun(folder);
    expect(message).toMatch(new RegExp(`^Update ${summary!.updates + 1} of cal-ql is not finite`));
    expect((await calql("replay-crash", folder)).out).toMatch(/^the same failure: /);
    const found = new CheckpointStore(folder).newest(({ tensors }) => [...tensors], expect.fail);
    for (const [name, values] of found) expect(values.every(Number.isFinite), name).toBe(true);
  });

  it("in its parameters alone, with losses and gradients as they should be, stops at that update", async () => {
    // In float32, 1e39 is infinite: the first step of Adam leaves no finite number, of losses that were computed before.
    const { message, bundles } = await crashed(task, { criticLearningRate: 1e39 });
    expect(message).toMatch(/^Update 1 of cal-ql is not finite: critics holds (-?Infinity|NaN)/);
    expect(bundles).toEqual(["crash-1.safetensors"]);
  });
});

describe("a bundle", () => {
  it.each([
    ["sac", {}, "actor"],
    ["cal-ql", { lagrange: true }, "targetCritics"],
    ["cql", {}, "critics/firstMoment"],
    ["iql", {}, "value"],
    ["td3-bc", {}, "critics"],
  ])("of %s %j with NaN in %s names it and fails again in the same way", async (agent, settings, tensor) => {
    const crash = await crashOf(agent, settings, (state) => {
      state(tensor)[3] = Number.NaN;
    });
    expect(crash.state.get(tensor)![3]).toBeNaN();
    const folder = newFolder();
    mkdirSync(folder);
    const read = readCrashBundle(writeCrashBundle(folder, crash));
    expect(read).toEqual({ ...crash, sizes: { observationSize: 3, actionSize: 2, transform: {} } });
    expect((await replayCrash(read)).symptoms).toEqual(crash.symptoms);
  });

  it("whose update goes through, or fails in another way, is not the same failure", async () => {
    const crash = await crashOf("sac", {}, (state) => {
      state("critics")[0] = Number.NaN;
    });
    const folder = newFolder();
    mkdirSync(folder);
    const healed = new Map(crash.state).set("critics", crash.state.get("critics")!.with(0, 0));
    writeCrashBundle(folder, { ...crash, state: healed });
    const { code, out } = await calql("replay-crash", folder);
    expect(code).toBe(1);
    expect(out).toMatch(/^not the same failure: update 1 of sac: everything is finite; it was .*NaN/);
    const inputs = new Map(crash.inputs).set("rewards", crash.inputs.get("rewards")!.with(0, Number.NaN));
    writeCrashBundle(folder, { ...crash, symptoms: crash.symptoms.slice(1), inputs });
    expect((await calql("replay-crash", folder)).code).toBe(1);
  });

  it("is looked for in words", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "notes.safetensors"), "notes");
    for (const [place, message] of [
      [folder, /^error: There is no crash bundle \(crash-N\.safetensors\) in .*not finite\.\n$/],
      [join(folder, "lost"), /^error: The crash bundle .*lost cannot be read: there is no such file\. Give .*\n$/],
      [
        join(folder, "notes.safetensors"),
        /^error: The crash bundle .*notes\.safetensors is damaged: it ends within its header[^\n]*\. Give another one, or .*\n$/,
      ],
    ] as const) {
      const { code, error, out } = await calql("replay-crash", place);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(error).toMatch(message);
    }
  });

  it("that is damaged is called what it is, with what to do; one that does not fit its agent, too", async () => {
    const crash = await crashOf("sac", {}, (state) => {
      state("critics")[0] = Number.NaN;
    });
    const folder = newFolder();
    mkdirSync(folder);
    const path = writeCrashBundle(folder, { ...crash, state: new Map([...crash.state].slice(1)) });
    const nextStep = ' Give another one, or have it made again: "calql resume" of the run comes to the same update.\n';
    const unfit = await calql("replay-crash", folder);
    expect(unfit.code).toBe(2);
    expect(unfit.error).toMatch(/^error: The crash bundle has no \d+ numbers for \S+ of sac\./);
    expect(unfit.error.endsWith(nextStep), unfit.error).toBe(true);
    truncateSync(path, 40);
    expect(await calql("replay-crash", folder)).toEqual({
      code: 2,
      out: "",
      error: `error: The crash bundle ${path} is damaged: it ends within its header.${nextStep}`,
    });
  });

  it("is not a checkpoint, and a checkpoint is no bundle", async () => {
    const { folder } = await trainTiny(task, { onlineSteps: 0 });
    const [checkpoint] = readdirSync(join(folder, "checkpoints"));
    const { code, error } = await calql("replay-crash", join(folder, "checkpoints", checkpoint!));
    expect(code).toBe(2);
    expect(error).toMatch(/is no crash bundle but something else of a run; name a file crash-N\.safetensors\.\n$/);
  });
});
