/** More threads than have anything to do are refused wherever settings are resolved, by the one limit that is declared. */
import { expect, it } from "vitest";
import { variantFor } from "../comparison/comparison.js";
import { planRuns } from "../comparison/plan.js";
import { UsageError } from "../errors.js";
import { resolveConfiguration } from "../settings/configuration.js";
import { runSettings } from "../settings/settings.js";
import { configure } from "./configure.js";

it.each([configure, resolveConfiguration])("a run has at most 256 threads: %o", (resolve) => {
  expect(resolve({ threads: 256 }).run.threads).toBe(256);
  expect(() => resolve({ threads: 257 })).toThrow(UsageError);
  expect(() => resolve({ threads: 257 })).toThrow("The setting threads of the run is 257; it must be at most 256.");
});

it("a comparison refuses more before it writes anything", async () => {
  const variants = [variantFor({ agent: "bc", threads: 1000 })];
  await expect(planRuns({ tasks: ["pointmaze-umaze"], seeds: [0], variants }, "out")).rejects.toThrow("at most 256");
});

it("settings that leave the threads open get no more, whatever the machine has", () => {
  expect(resolveConfiguration({ threads: 0 }, 300).run.threads).toBe(256);
});

it("the description of the setting names the limit", () => {
  expect(runSettings.shape.threads.description).toContain("at most 256");
});
