/** What may be replaced because it is a run and nothing else, and what of a folder is the run's own record. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { exportPolicy } from "./export-policy.js";
import { lockFile } from "./lock.js";
import { runFiles } from "./record.js";
import { exportedPolicies, holdsOnlyARun, isOfTheRecord } from "./run-folder.js";
import { newFolder, registerLine, runFolderContent, trainTiny } from "./tiny-run.fixture.js";

const task = registerLine("line in a folder");
let run = "";
beforeAll(async () => {
  run = (await trainTiny(task)).folder;
});

/** Whether the run's folder is still only a run with another file in it. */
function stillWith(name: string): boolean {
  writeFileSync(join(run, name), "");
  try {
    return holdsOnlyARun(run);
  } finally {
    rmSync(join(run, name));
  }
}

describe("a folder holds only a run", () => {
  it("as a run leaves it, with its report and all that is exported from it", async () => {
    expect(holdsOnlyARun(run)).toBe(true);
    writeFileSync(join(run, runFiles.report), "");
    await exportPolicy({ folder: run });
    await exportPolicy({ folder: run, best: true });
    expect(holdsOnlyARun(run)).toBe(true);
  });

  it.each(["notices.jsonl", "crash-12.safetensors", lockFile, `${lockFile}.12`])(
    "with a file %s, which some runs leave",
    (name) => {
      expect(stillWith(name)).toBe(true);
    },
  );

  it.each(["thesis.tex", "crash-.safetensors", "crash-1.safetensors.bak", "policy-best.onnx.old"])(
    "no more with a file %s of somebody else",
    (name) => {
      expect(stillWith(name)).toBe(false);
      expect(holdsOnlyARun(run)).toBe(true);
    },
  );

  it("only if it says what was run: neither an empty one nor none does", () => {
    const empty = newFolder();
    expect(holdsOnlyARun(empty)).toBe(false);
    mkdirSync(empty);
    expect(holdsOnlyARun(empty)).toBe(false);
    writeFileSync(join(empty, runFiles.metrics), "");
    expect(holdsOnlyARun(empty)).toBe(false);
    writeFileSync(join(empty, runFiles.config), "{}");
    expect(holdsOnlyARun(empty)).toBe(true);
  });
});

describe("of the record of a run", () => {
  it.each([
    ...runFolderContent,
    "crash-3.safetensors",
    join("checkpoints", "best.safetensors"),
    lockFile,
    `${lockFile}.12`,
  ])("is %s", (name) => {
    expect(isOfTheRecord(run, join(run, name))).toBe(true);
    expect(isOfTheRecord(`${run}${sep}`, relative(process.cwd(), join(run, name)))).toBe(true);
  });

  it.each([...Object.values(exportedPolicies), "thesis.tex", "..", join("..", runFiles.policy), "."])(
    "is not %s",
    (name) => {
      expect(isOfTheRecord(run, join(run, name))).toBe(false);
    },
  );
});
