/** The command as it is run: it finds the same bits where they are, and says how far others are from them. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { builtTools } from "../../src/cli/built.fixture.js";
import { decodeTensorFile, encodeTensorFile } from "../../src/runs/checkpoints/tensor-file.js";

const { place, remove } = builtTools();
afterAll(remove);
const kept = join(place, "kept");
const small = ["--hidden", "8", "--batch", "8", "--updates", "3,1"];

function sameBits(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(place, "dist", "tools", "chaos", "same-bits.js"), ...words],
    { encoding: "utf8" },
  );
  const rows = stdout
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/));
  return { code: status, rows, error: stderr };
}

it("computes the same twice, and measures what is not the same", () => {
  const first = sameBits(...small, "--save", kept);
  expect(first.rows.map(([name]) => name)).toEqual([
    "functions of Math",
    "200 steps of pointmaze-umaze",
    "200 steps of antmaze-umaze",
    "200 steps of door-binary",
    ...["1 update", "3 updates"].flatMap((after) => [`parameters after ${after}`, `actions after ${after}`]),
  ]);
  const digests = first.rows.map((row) => row[1]);
  expect(new Set(digests).size).toBe(8);
  for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(first.code).toBe(0);

  const again = sameBits(...small, "--compare", kept);
  expect(again.rows).toEqual(first.rows.map(([name, digest]) => [name, digest, "the same bits"]));
  expect(again.code).toBe(0);

  const file = decodeTensorFile(readFileSync(kept), kept);
  const critics = file.tensors.get("parameters after 1 update/critics") as Float32Array;
  const largest = critics.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const changed = critics.findIndex((value) => Math.abs(value) < largest / 2);
  critics[changed]! += largest / 4;
  writeFileSync(kept, encodeTensorFile(file));
  const other = sameBits(...small, "--compare", kept);
  expect(other.rows.filter((row) => row[2] !== "the same bits")).toEqual([
    ["parameters after 1 update", digests[4], "2.5e-1 (critics)"],
  ]);
  expect(other.code).toBe(1);
});

it("says what cannot be compared", () => {
  sameBits(...small, "--save", kept);
  expect(sameBits("--compare", kept)).toMatchObject({
    code: 2,
    rows: [],
    error: `error: ${kept} is of --hidden 8 --batch 8; compare with the same.\n`,
  });
  const missing = join(place, "missing");
  expect(sameBits("--compare", missing).error).toMatch(/^error: .*missing cannot be read: ENOENT.*--save wrote\.\n$/);
  expect(sameBits(...small, "--updates", "1,x").error).toBe(
    'error: The flag --updates is "x"; give a whole number, at least 1.\n',
  );
  const more = sameBits(...small, "--updates", "2", "--compare", kept);
  expect(more.rows.slice(4).map((row) => row[2])).toEqual(["not in it", "not in it"]);
  expect(more.code).toBe(0);
});

it("does not pass where nothing was compared", () => {
  writeFileSync(kept, encodeTensorFile({ manifest: { hidden: 8, batch: 8 }, tensors: new Map() }));
  const { rows, code } = sameBits(...small, "--compare", kept);
  expect(new Set(rows.map((row) => row[2]))).toEqual(new Set(["not in it"]));
  expect(code).toBe(1);
});

it("tells its help, and mistakes of the other tools, without a stack trace", () => {
  const tool = (name: string, ...words: string[]) => {
    const path = join(place, "dist", "tools", "chaos", `${name}.js`);
    const { status, stderr } = spawnSync(process.execPath, [path, ...words], { encoding: "utf8" });
    return [status, stderr];
  };
  expect(tool("same-bits", "--help")).toEqual([0, ""]);
  for (const [name, flag] of [
    ["endurance", "--updates"],
    ["check-cost", "--seconds"],
  ] as const)
    expect(tool(name, flag, "x")).toEqual([2, `error: The flag ${flag} is "x"; give a whole number, at least 1.\n`]);
});
