/**
 * The Adroit .npy reader against files of NumPy's own writing, in both layouts and every protocol, and against hostile
 * and damaged ones.
 */

import { existsSync } from "node:fs";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../../errors.js";
import { applyAdroitBinaryRule } from "../../adroit-binary.js";
import { vectorParts } from "../../columns.js";
import { filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import { adroitNpyFormat, recogniseFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { npy } from "../npy.fixture.js";
import { expected, numpyBytes, numpyFiles, readPlain } from "../numpy.fixture.js";

const protocols = ["", "-protocol0", "-protocol2", "-protocol3", "-protocol5"];

describe("what NumPy wrote is read", () => {
  test.each(protocols.map((protocol) => `pen2_sparse${protocol}.npy`))("demonstrations: %s", async (name) => {
    expect(adroitNpyFormat.recognises(numpyFiles(name))).toBe(true);
    expect(await readPlain(adroitNpyFormat, numpyFiles(name))).toEqual(expected.adroit.expert);
  });

  test.each([
    ...protocols,
    ...[2, 3, 4, 5].map((protocol) => `-numpy1-protocol${protocol}`),
    "-fortran",
    "-big-endian",
  ])("a cloned policy's: pen_bc_sparse4%s.npy", async (variant) => {
    const episodes = await readPlain(adroitNpyFormat, numpyFiles(`pen_bc_sparse4${variant}.npy`));
    expect(episodes).toEqual(expected.adroit.cloned);
  });

  test("the header, and the episodes a second time", async () => {
    const source = await adroitNpyFormat.open(numpyFiles("pen2_sparse.npy"), {});
    expect(source).toMatchObject({ source: "pen2_sparse.npy", observations: vectorParts(5), actionSize: 3 });
    const [once, twice] = [await loadDataset(source), await loadDataset(source)];
    expect(twice).toEqual(once);
  });

  test("a trajectory that only the clock ended keeps its bootstrap", async () => {
    const [failed, solved] = await readPlain(adroitNpyFormat, numpyFiles("pen_bc_sparse4.npy"));
    expect([failed?.terminated, failed?.truncated]).toEqual([[0, 0], true]);
    expect([solved?.terminated, solved?.truncated]).toEqual([[0, 0, 0, 0, 1], false]);
  });

  test("the rule of the binary tasks applies to what was read", async () => {
    const dataset = await loadDataset(await adroitNpyFormat.open(numpyFiles("pen2_sparse.npy"), {}));
    const ruled = applyAdroitBinaryRule(dataset);
    expect(ruled.episodes.map(({ length, terminated }) => [length, [...terminated]])).toEqual([
      [3, [0, 1, 1]],
      [3, [0, 0, 1]],
    ]);
  });

  test("other keys of the observations, side by side", async () => {
    const options = { observationKeys: ["desired_goal", "state_observation"] };
    const [first] = await readPlain(adroitNpyFormat, numpyFiles("pen2_sparse.npy"), options);
    const states = expected.adroit.expert[0]!.observations;
    expect(first!.observations.slice(7, 14)).toEqual([...states.slice(5, 7), ...states.slice(5, 10)]);
  });
});

describe("what is refused", () => {
  const refusal = async (name: string, options = {}) => {
    const error = await readPlain(adroitNpyFormat, numpyFiles(name), options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  };

  test("a file that would run a command, by the command's name; nothing is executed", async () => {
    expect(await refusal("hostile-system.npy")).toMatch(
      /^"hostile-system\.npy", at byte \d+, asks for "posix\.system", which .* nothing in it was executed\./,
    );
    expect(await refusal("hostile-eval.npy")).toContain('asks for "builtins.eval"');
    expect(await refusal("hostile-object.npy")).toContain('asks for "__main__.Plain"');
    expect(existsSync("calql-was-attacked")).toBe(false);
  });

  test("plain numbers, a key that is not there, keys of plain observations, other options", async () => {
    expect(await refusal("numbers.npy")).toContain("plain numbers");
    expect(await refusal("pen2_sparse.npy", { observationKeys: ["image"] })).toMatch(
      /trajectory 0": "observations", step 0, has no "image"; there: "observation", "state_observation", "desired_goal"/,
    );
    expect(await refusal("pen_bc_sparse4.npy", { observationKeys: ["image"] })).toContain("plain observations");
    expect(await refusal("pen2_sparse.npy", { goal: [0, 0] })).toContain("a goal means nothing");
  });

  test("plain numbers, put together in one file as the refusal says", async () => {
    expect(await refusal("numbers.npy")).toContain("together in one file with numpy.savez");
    const floats = (...values: number[]) => new Uint8Array(Float32Array.of(...values).buffer);
    const arrays = {
      "observations.npy": npy("<f4", [3, 2], floats(0, 1, 2, 3, 4, 5)),
      "actions.npy": npy("<f4", [3, 2], floats(1, 1, 0, 0, -1, -1)),
      "rewards.npy": npy("<f4", [3], floats(0, 0, 1)),
      "terminals.npy": npy("<f4", [3], floats(0, 0, 1)),
    };
    const files = filesInMemory("together.npz", zipSync(arrays));
    const [episode] = await readPlain(await recogniseFormat(files), files);
    expect(episode).toMatchObject({
      length: 3,
      actions: [1, 1, 0, 0, -1, -1],
      rewards: [0, 0, 1],
      terminated: [0, 0, 1],
    });
  });

  test("a cut file, with the place", async () => {
    const cut = filesInMemory("cut.npy", numpyBytes("pen2_sparse.npy").subarray(0, 1000));
    await expect(readPlain(adroitNpyFormat, cut)).rejects.toThrow(/^"cut\.npy", at byte \d+, ends in the middle/);
    await expect(readPlain(adroitNpyFormat, cut)).rejects.toBeInstanceOf(DataError);
  });
});

test.each(["pen2_sparse", "pen_bc_sparse4"])(
  "10,000 damaged %s files give valid data or one typed error each",
  { timeout: 300_000 },
  async (layout) => {
    const valid = protocols.map((protocol) => numpyFiles(`${layout}${protocol}.npy`));
    const report = await fuzzFormat(adroitNpyFormat, valid, { mutations: 10_000, seed: 1 });
    expect(report.cases).toBe(10_000);
    expect(report.refused).toBeGreaterThan(2_000);
    expect(report.accepted).toBeGreaterThan(500);
  },
);
