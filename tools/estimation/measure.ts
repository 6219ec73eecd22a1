/** Runs what the setup plans, data set by data set; finished ones are kept in a file, so that a stopped run goes on. */
import { existsSync, readFileSync } from "node:fs";
import { UsageError } from "../../src/errors.js";
import { writeWholeFile } from "../../src/files/whole-file.js";
import { estimatesOf } from "./estimates.js";
import { logEpisodes, trueValue } from "./known-task.js";
import { policyOf } from "./policies.js";
import type { SetResult } from "./scores.js";
import { type EstimatesSetup, type PlannedSet, plannedSets } from "./setup.js";

export async function measureSet(set: PlannedSet, { judged, fit, resamples }: EstimatesSetup): Promise<SetResult> {
  const { name, kind, task, behaviour, episodes, seed } = set;
  const logged = logEpisodes(task, policyOf(task, behaviour, seed), episodes, seed);
  const policies = judged.map((policy) => policyOf(task, policy, seed));
  const truths = policies.map((policy) => trueValue(task, policy));
  return { name, kind, episodes, truths, methods: await estimatesOf(task, logged, policies, { fit, resamples, seed }) };
}

/** @param file lines of JSON: the setup, then a finished data set each */
export async function measureAll(
  setup: EstimatesSetup,
  file: string,
  onSet: (done: number, of: number) => void,
): Promise<SetResult[]> {
  const [known = JSON.stringify(setup), ...results] = existsSync(file)
    ? readFileSync(file, "utf8").trimEnd().split("\n")
    : [];
  if (known !== JSON.stringify(setup))
    throw new UsageError(`${file} holds the estimates of another setup; name another file, or remove it.`);
  const all = results.map(
    (line) => JSON.parse(line, (_, value) => (infinite.has(value) ? Number(value) : value)) as SetResult,
  );
  const planned = plannedSets(setup);
  for (const set of planned.slice(all.length)) {
    all.push(await measureSet(set, setup));
    writeWholeFile(file, [setup, ...all].map(lineOf).join(""));
    onSet(all.length, planned.length);
  }
  return all;
}

/** JSON has no word for an interval's end that is not bounded. */
const infinite = new Set<unknown>(["Infinity", "-Infinity"]);

function lineOf(value: unknown): string {
  const worded = (_: string, part: unknown) => (infinite.has(String(part)) ? String(part) : part);
  return `${JSON.stringify(value, worded)}\n`;
}
