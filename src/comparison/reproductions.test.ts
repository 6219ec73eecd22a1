/** The comparisons that repeat the paper's figures can be planned at every scale, and share the runs that they say they share. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readComparison } from "./file.js";
import { type PlannedRun, planRuns } from "./plan.js";

const folder = fileURLToPath(new URL("../../reproductions/", import.meta.url));
const names = readdirSync(folder).filter((name) => /^[a-e]-.*\.yaml$/.test(name));
const plans = new Map<string, Promise<PlannedRun[]>>();
/** Each is planned once. */
function planned(name: string, scale: string): Promise<PlannedRun[]> {
  const key = `${name} ${scale}`;
  if (!plans.has(key)) plans.set(key, planRuns(readComparison(`${folder}${name}`, scale), "out"));
  return plans.get(key)!;
}

describe("the reproductions", () => {
  it.each(["f-door.yaml", "g-pen.yaml"])("%s names the task, the data and the agents of a hand", async (name) => {
    const runs = await planRuns(readComparison(`${folder}${name}`), "out");
    expect([...new Set(runs.map(({ label }) => label))]).toEqual(["cal-ql", "cql", "iql"]);
    expect(runs.every(({ resolved: { task, dataset } }) => `${task}.hdf5` === dataset)).toBe(true);
  });

  const others = readdirSync(folder).filter((name) => /^[h-ps-z]-.*\.yaml$/.test(name)); // q and r are tools' setups
  it.each(others)("%s can be planned, with every agent at the same seeds", async (name) => {
    const runs = await planRuns(readComparison(`${folder}${name}`), "out");
    const count = (of: (run: PlannedRun) => unknown) => new Set(runs.map(of)).size;
    expect(runs.length).toBe(count(({ label }) => label) * count(({ task }) => task) * count(({ seed }) => seed));
    expect(runs.length).toBeGreaterThan(1);
  });

  it("are one a figure", () => {
    expect(names.map((name) => name[0])).toEqual(["a", "b", "c", "d", "e"]);
  });

  it.each(names)("%s can be planned at both scales, with at least three seeds", async (name) => {
    for (const scale of ["laptop", "paper"]) {
      const runs = await planned(name, scale);
      expect(new Set(runs.map(({ seed }) => seed)).size, scale).toBeGreaterThanOrEqual(3);
      expect(runs.every(({ resolved }) => resolved.task !== undefined)).toBe(true);
    }
  });

  it("have cal-ql and cql in common, but for the methods, whose batches are half recorded", async () => {
    const resolved = async (name: string, label: string) =>
      (await planned(name, "laptop")).find((run) => run.label === label && run.seed === 0)!.resolved;
    const [methods, ...figures] = names;
    for (const label of ["cal-ql", "cql"]) {
      const [first, ...others] = await Promise.all(figures.map((name) => resolved(name, label)));
      for (const other of others) expect(other).toEqual(first);
      expect(await resolved(methods!, label)).toEqual({ ...first, mixingRatio: 0.5 });
    }
  });
});
