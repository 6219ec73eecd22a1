/**
 * Which runs the named paths stand for: folders of runs are gone through, and what a shell's * brings along is left out.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runFiles } from "../runs/record.js";
import { runsOf } from "./report.js";

const place = mkdtempSync(join(tmpdir(), "calql-report-"));
const at = (...parts: string[]) => join(place, ...parts);
beforeAll(() => {
  for (const run of ["cal-ql-seed0", "cal-ql-seed1"]) {
    mkdirSync(at(run));
    writeFileSync(at(run, runFiles.config), "{}");
  }
  writeFileSync(at("data.hdf5"), "what the runs learned from");
});
afterAll(() => rmSync(place, { recursive: true }));

describe("runsOf", () => {
  const runs = [at("cal-ql-seed0"), at("cal-ql-seed1")];

  it("leaves out the files among several names, as a comparison's data", () => {
    expect(runsOf([...runs, at("data.hdf5")])).toEqual(runs);
  });

  it("keeps a file that is named alone, or beside nothing but files, to be refused by its name", () => {
    expect(runsOf([at("data.hdf5")])).toEqual([at("data.hdf5")]);
    expect(runsOf([at("data.hdf5"), at("data.hdf5")])).toHaveLength(2);
  });

  it("goes through a folder by name, and by the number of a seed", () => {
    const names = ["cql-seed-10", "cql-seed-9", "cql-0.5-seed2", "cql-0.25-seed11", "cal-ql-seed100", "cal-ql-seed20"];
    for (const name of names) {
      mkdirSync(at("batch", name), { recursive: true });
      writeFileSync(at("batch", name, runFiles.config), "{}");
    }
    expect(runsOf([at("batch")])).toEqual(
      ["cal-ql-seed20", "cal-ql-seed100", "cql-0.25-seed11", "cql-0.5-seed2", "cql-seed-9", "cql-seed-10"].map((name) =>
        at("batch", name),
      ),
    );
  });

  it("keeps a name of nothing, to be refused", () => {
    expect(runsOf([...runs, at("missing")])).toEqual([...runs, at("missing")]);
  });
});
