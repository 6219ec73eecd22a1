/**
 * A whole run on a disk that fails at one operation after the other: it is told, and what can go on comes out as if nothing
 * had been.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { identityOf } from "../../tools/chaos/run-identity.js";
import { RunFailure, UsageError } from "../errors.js";
import { realDisk } from "../files/disk.js";
import { RandomStream } from "../random.js";
import type { TrainSettings } from "../settings/configuration.js";
import { type Fault, failingDisk, faults } from "./failing-disk.fixture.js";
import { readRun } from "./read.js";
import { runFiles } from "./record.js";
import { errorOf, lineData, newFolder, noticesIn, registerLine, trainTiny } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const real = { ...realDisk };
afterEach(() => void Object.assign(realDisk, real));

const SEED = 4;
const seeds = new RandomStream(SEED, "online episodes");
/** Of the first two online episodes; a failure that follows from the seed comes again when the run goes on. */
const [, unlucky] = [seeds.integer(2 ** 31), seeds.integer(2 ** 31)];

const task = registerLine("line on a failing disk", {
  savable: true,
  reward: (step, _, seed) => {
    if (seed === unlucky && step === 6) throw new Error("the motor is hot");
    return -step;
  },
});
/** Two evaluations in each phase, with a best one among them, and an online episode that is dropped, with its notice. */
const settings: TrainSettings = {
  seed: SEED,
  evaluateEveryUpdates: 5,
  evaluateEverySteps: 10,
  logEveryUpdates: 4,
  onEnvironmentFailure: "drop-episode",
};

/** One operation in three, each with the next fault. */
const STRIDE = 3;
const tried: readonly Fault[] = faults.filter((fault) => fault !== "killed");

describe("a run on a disk that fails at any operation", () => {
  it("ends with a sentence, and is resumed to the run that never failed", async () => {
    const { folder: whole } = await trainTiny(task, settings);
    const wanted = identityOf(whole);
    expect(noticesIn(whole)).toMatchObject([{ kind: "dropped-episode", onlineSteps: 10 }]);
    const count = failingDisk("EIO");
    Object.assign(realDisk, count);
    await trainTiny(task, settings);
    expect(count.operations).toBeGreaterThan(80);
    for (let at = 1; at <= count.operations; at += STRIDE) {
      const fault = tried[((at - 1) / STRIDE) % tried.length]!;
      const place = `${fault} at operation ${at}`;
      const folder = newFolder();
      Object.assign(realDisk, failingDisk(fault, at));
      const error = await errorOf(trainTiny(task, settings, { folder }));
      Object.assign(realDisk, real);
      expect(error instanceof RunFailure || error instanceof UsageError, `${place}: ${error.stack}`).toBe(true);
      if (existsSync(join(folder, runFiles.config))) {
        // The summary itself is the last thing that is written: whether it is on the disk may remain unknown.
        const possible = at > count.operations - 3 ? ["failed", "completed"] : ["failed"];
        expect(possible, place).toContain(readRun(folder).summary?.status ?? "failed");
        await resume({ folder, dataset: lineData() });
      } else await trainTiny(task, settings, { folder });
      expect(identityOf(folder), place).toEqual(wanted);
    }
  }, 120_000);
});
