/** `calql export`: what it says, and that what it writes can be watched and run elsewhere. */
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectPointMaze } from "../environments/pointmaze/collect-pointmaze.js";
import { readRun } from "../runs/read.js";
import { tiny, train } from "../runs/tiny-run.fixture.js";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-export-"));
const run = join(place, "run");
const task = "pointmaze-umaze";

beforeAll(async () => {
  const dataset = await collectPointMaze({ task, goals: "fixed", steps: 500, seed: 0 });
  await train({ ...tiny, task, evaluateEveryUpdates: 5 }, { folder: run, dataset });
});
afterAll(() => rmSync(place, { recursive: true }));

describe("calql export", () => {
  it("writes the newest policy, which is the run's own, and says which state it is of", async () => {
    const { evaluations, summary } = readRun(run);
    const last = evaluations.at(-1)!;
    const path = join(run, "policy-last.onnx");
    expect(await calql("export", run)).toEqual({
      code: 0,
      out: `newest state: online, after ${summary!.updates} updates, ${summary!.onlineSteps} online steps, success ${Math.round(100 * last.successRate!)} %, return ${Number(last.returnMean.toPrecision(4))} (policy: ${path})\n`,
      error: "",
    });
    expect(readFileSync(path).equals(readFileSync(join(run, "policy.onnx")))).toBe(true);
  });

  it("writes the best policy elsewhere, and it can be watched", async () => {
    const path = join(place, "best.onnx");
    const { code, out } = await calql("export", run, "--best", "--out", path);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^best state: o(ff|n)line, after \d+ updates, \d+ online steps, success \d+ %, return [-\d.]+ \(policy: .*best\.onnx\)\n$/,
    );
    const picture = join(place, "best.png");
    expect((await calql("watch", "--policy", path, "--size", "16", "--out", picture)).code).toBe(0);
    expect(existsSync(picture)).toBe(true);
  });

  it("tells a damaged best state in a sentence, and that the newest can be exported", async () => {
    const best = join(run, "checkpoints", "best.safetensors");
    truncateSync(best, 2_000);
    const { code, out, error } = await calql("export", run, "--best");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(error).toMatch(
      /^error: The checkpoint .*best\.safetensors is damaged: [^\n]*\. Export the newest state in its place, without --best\.\n$/,
    );
    expect(existsSync(join(run, "policy-best.onnx"))).toBe(false);
    rmSync(best);
    expect(await calql("export", run, "--best")).toMatchObject({
      code: 2,
      error: expect.stringMatching(
        /has no best state \(best\.safetensors\): it was not evaluated yet\. Export the newest state in its place, without --best\.\n$/,
      ),
    });
  });
});
