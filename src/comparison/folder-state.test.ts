/** Runs that were written before a setting existed are the runs that are wanted, where its default is. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { compare } from "./compare.js";
import { newPlace, tinyComparison } from "./comparison.fixture.js";
import { startHere } from "./run-worker.js";

const { place, remove } = newPlace();
afterAll(remove);

it("a complete run without the newer settings is not run again; with another value of them it is refused", async () => {
  const comparison = { ...tinyComparison(["sac"]), seeds: [0] };
  const options = { folder: join(place, "old"), startWorker: startHere };
  const [first] = (await compare(comparison, options)).runs;
  const path = join(first!.folder, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as { settings: Record<string, unknown> };
  for (const name of ["onEnvironmentFailure", "episodeFailures", "environmentTimeoutSeconds"])
    delete config.settings[name];
  writeFileSync(path, JSON.stringify(config));
  const began: string[] = [];
  const events = { began: ({ name }: { readonly name: string }) => void began.push(name) };
  await compare(comparison, { ...options, events });
  expect(began).toEqual([]);
  const variants = comparison.variants.map(({ label, settings }) => ({
    label,
    settings: { ...settings, episodeFailures: 3 },
  }));
  await expect(compare({ ...comparison, variants }, options)).rejects.toThrow("its episodeFailures is 10, now it is 3");
});
