/** A server that is killed under load, in a small form of `npm run serve-kills`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { builtProgram } from "../../src/cli/built.fixture.js";
import { killAgainAndAgain } from "./kills.js";
import { servedSizes, writePolicy } from "./policy.js";

const built = builtProgram();
const place = mkdtempSync(join(tmpdir(), "calql-kills-"));
afterAll(() => {
  built.remove();
  rmSync(place, { recursive: true });
});

it("two kills lose nothing that was acknowledged", async () => {
  const policy = join(place, "policy.onnx");
  await writePolicy(policy, [8]);
  const { observationSize } = servedSizes;
  const folder = join(place, "served");
  const options = { bin: built.bin, policy, observationSize, folder, kills: 2, clients: 4, seed: 1 };
  const result = await killAgainAndAgain({ ...options, life: [100, 300] });
  expect(result.decisions).toBeGreaterThanOrEqual(2);
  expect(result.decisions - result.rewards).toBeLessThanOrEqual(8); // each client may wait for one answer, twice
  expect(result.torn).toBeLessThanOrEqual(2);
  expect(result.steps).toBeGreaterThanOrEqual(result.rewards - 8);
});
