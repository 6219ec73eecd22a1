/** `calql data inspect` and `convert` see the same episodes, and where they do not go on, they say the same place. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onlyFile } from "../data/containers/files.js";
import { groupFile } from "../data/formats/grouped/groups.fixture.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-inspect-"));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

async function writeDemos(name: string, rewards: readonly (readonly number[])[]): Promise<void> {
  const tables = rewards.flatMap((values, demo) => {
    const rows = values.map((_, row) => row);
    return [
      [`data/demo_${demo}/actions`, rows.map((row) => [row / 9])],
      [`data/demo_${demo}/rewards`, values],
      [`data/demo_${demo}/dones`, rows.map((row) => row === values.length - 1)],
      [`data/demo_${demo}/obs/a`, rows],
      [`data/demo_${demo}/next_obs/a`, rows.map((row) => row + 1)],
    ] as const;
  });
  const file = onlyFile(await groupFile(name, Object.fromEntries(tables)));
  writeFileSync(at(name), file.read(0, file.size));
}

beforeAll(async () => {
  await writeDemos("faulty.hdf5", [
    [0, 1],
    [0, 0, Number.NaN, 1],
    [0, 1],
  ]);
  await writeDemos("sound.hdf5", [
    [0, 1],
    [0, 1],
  ]);
});

describe("an episode that holds NaN", () => {
  it("is told with its place, the flag that leaves it out, and exit code 1", async () => {
    const { code, out } = await calql("data", "inspect", at("faulty.hdf5"));
    expect(code).toBe(1);
    expect(out).toMatch(
      /ERROR: Rewards: 1 value NaN or infinite, .*; repair these episodes, or leave them out with --drop-faulty\.\n/,
    );
    const converted = await calql("data", "convert", at("faulty.hdf5"), at("faulty.calql"));
    expect(converted.error).toMatch(/demo_1.*rewards.* holds NaN in row 2/);
    const reason = converted.error.replace(/^error: /, "");
    expect(out.endsWith(`convert and train refuse these data: ${reason}`)).toBe(true);
  });

  it("is left out of both with --drop-faulty", async () => {
    const { code, out } = await calql("data", "inspect", at("faulty.hdf5"), "--drop-faulty");
    expect(code).toBe(0);
    expect(out).toMatch(/^episodes +2 /m);
    expect(out).toMatch(/^steps +4$/m);
    expect(out).toMatch(/^reading +4 rows left out/m);
    expect((await calql("data", "convert", at("faulty.hdf5"), at("sound.calql"), "--drop-faulty")).code).toBe(0);
    expect((await readDataset(at("sound.calql"))).episodes.map(({ length }) => length)).toEqual([2, 2]);
  });

  it("is left out of what is merged as well", async () => {
    const merge = ["data", "merge", at("sound.hdf5"), at("faulty.hdf5"), "--out", at("merged.hdf5")];
    expect((await calql(...merge)).error).toContain("--drop-faulty");
    const { code, out } = await calql(...merge, "--drop-faulty");
    expect(code).toBe(0);
    expect(out).toMatch(/^episodes +4 /m);
  });
});

it("rewards that are no numbers are an error, and nothing is said of what they come to", async () => {
  const row = (step: number) => ({
    episode: "a",
    observation: step,
    action: step / 10,
    reward: null,
    terminated: step === 8,
  });
  const lines = Array.from({ length: 9 }, (_, step) => JSON.stringify(row(step))).join("\n");
  writeFileSync(at("null.jsonl"), lines);
  const { code, out } = await calql("data", "inspect", at("null.jsonl"));
  expect(code).toBe(1);
  expect(out).toMatch(/^return +unknown: no episode has only rewards that are numbers$/m);
  expect(out).toMatch(/^positive reward +unknown$/m);
  expect(out).toMatch(/^rewards +none that is a number$/m);
  expect(out).toMatch(
    /^look at +ERROR: Rewards: 9 values NaN or infinite, .*\n +9 steps in 1 episode are few: .*\nconvert and/m,
  );
  writeFileSync(at("some.jsonl"), lines.replaceAll("null", "2").replace('"reward":2', '"reward":null'));
  expect((await calql("data", "inspect", at("some.jsonl"))).out).not.toMatch(/NaN {2}|never change/);
});

it("a flag that nothing resembles is not explained by another", async () => {
  const { error } = await calql("data", "inspect", at("sound.hdf5"), "--gamma", "0.9");
  expect(error).toBe("error: calql data inspect has no flag --gamma. See calql data inspect --help.\n");
});
