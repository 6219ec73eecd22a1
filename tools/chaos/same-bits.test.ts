/** The tool recognises the same bits, and says how far apart others are. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { decodeTensorFile, encodeTensorFile } from "../../src/runs/checkpoints/tensor-file.js";
import { tool } from "../tools.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-same-bits-"));
afterAll(() => rmSync(place, { recursive: true }));
const kept = join(place, "kept");
const small = ["--hidden", "8", "--batch", "8", "--updates", "3,1"];

async function sameBits(...words: string[]) {
  const { code, out, error } = await tool("same-bits", ...words);
  const rows = out
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/));
  return { code, rows, error };
}

it("computes the same twice, and measures what is not the same", async () => {
  const first = await sameBits(...small, "--save", kept);
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

  const again = await sameBits(...small, "--compare", kept);
  expect(again.rows).toEqual(first.rows.map(([name, digest]) => [name, digest, "the same bits"]));
  expect(again.code).toBe(0);

  const file = decodeTensorFile(readFileSync(kept), kept);
  const critics = file.tensors.get("parameters after 1 update/critics") as Float32Array;
  const largest = critics.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const changed = critics.findIndex((value) => Math.abs(value) < largest / 2);
  critics[changed]! += largest / 4;
  writeFileSync(kept, encodeTensorFile(file));
  const other = await sameBits(...small, "--compare", kept);
  expect(other.rows.filter((row) => row[2] !== "the same bits")).toEqual([
    ["parameters after 1 update", digests[4], "2.5e-1 (critics)"],
  ]);
  expect(other.code).toBe(1);
});

it("says what cannot be compared", async () => {
  await sameBits(...small, "--save", kept);
  expect(await sameBits("--compare", kept)).toMatchObject({
    code: 2,
    rows: [],
    error: `error: ${kept} is of --hidden 8 --batch 8; compare with the same.\n`,
  });
  const missing = join(place, "missing");
  expect((await sameBits("--compare", missing)).error).toMatch(
    /^error: .*missing cannot be read: there is no such file\. .*--save wrote\.\n$/,
  );
  expect((await sameBits(...small, "--updates", "1,x")).error).toBe(
    'error: The flag --updates is "x"; give a whole number, at least 1.\n',
  );
  const more = await sameBits(...small, "--updates", "2", "--compare", kept);
  expect(more.rows.slice(4).map((row) => row[2])).toEqual(["not in the file", "not in the file"]);
  expect(more.code).toBe(0);
});

it("does not pass where nothing was compared", async () => {
  writeFileSync(kept, encodeTensorFile({ manifest: { hidden: 8, batch: 8 }, tensors: new Map() }));
  const { rows, code } = await sameBits(...small, "--compare", kept);
  expect(new Set(rows.map((row) => row[2]))).toEqual(new Set(["not in the file"]));
  expect(code).toBe(1);
});
