/**
 * From one format to another and back: the same episodes to the bit, all of them or nothing, and never over something else.
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { calql } from "../../cli/command-line.fixture.js";
import { DataError, UsageError } from "../../errors.js";
import { writeDataset } from "../../runs/task-data.js";
import { vectorParts } from "../columns.js";
import { countSteps, type Dataset, stateOf } from "../episode.js";
import { countingTables, exampleFile, randomDataset } from "../example-data.fixture.js";
import { inspectDataset } from "../inspect.js";
import { convertDataset } from "./convert-dataset.js";
import { openDataset, readDataset } from "./open-dataset.js";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "calql-convert-"));
});
afterEach(() => rmSync(place, { recursive: true }));

const at = (name: string) => join(place, name);
const sizes = { observationSize: 3, actionSize: 2 };
const lengths = Array.from({ length: 300 }, (_, i) => 1 + ((i * 7) % 50));

async function source(dataset: Dataset = randomDataset(1, lengths, sizes)): Promise<Dataset> {
  await writeDataset(at("a.hdf5"), dataset);
  return dataset;
}

describe("convertDataset", () => {
  it("goes from D4RL to calql and back to the bit, and tells how much there was", async () => {
    const { episodes } = await source();
    const counts = { episodes: 300, steps: countSteps(await source()) };
    const there = await convertDataset(at("a.hdf5"), at("b.calql"));
    expect(there).toMatchObject({ from: "d4rl", to: "calql", ...counts });
    expect(there.inspection).toEqual(inspectDataset(await readDataset(at("a.hdf5"))));
    expect(await convertDataset(at("b.calql"), at("c.hdf5"))).toMatchObject({ from: "calql", to: "d4rl", ...counts });
    expect((await readDataset(at("b.calql"))).episodes).toEqual(episodes);
    expect((await readDataset(at("c.hdf5"))).episodes).toEqual(episodes);
    // From here on the files themselves are the same, whatever the time and the way.
    await convertDataset(at("c.hdf5"), at("d.calql"));
    for (const part of ["observations.f32", "actions.f32", "rewards.f32", "lengths.u32", "truncated.u8", "blocks.u32"])
      expect(readFileSync(join(at("d.calql"), part)).equals(readFileSync(join(at("b.calql"), part))), part).toBe(true);
    await convertDataset(at("b.calql"), at("e.hdf5"));
    expect(readFileSync(at("e.hdf5")).equals(readFileSync(at("c.hdf5")))).toBe(true);
  });

  it("keeps discrete actions", async () => {
    const dataset = randomDataset(4, [7, 4], { observationSize: 3, actionSize: 1 });
    for (const { actions } of dataset.episodes) actions.set(actions.map((_, step) => step % 5));
    await source({ ...dataset, discreteActions: 5 });
    await convertDataset(at("a.hdf5"), at("b.calql"));
    await convertDataset(at("b.calql"), at("c.hdf5"));
    for (const name of ["b.calql", "c.hdf5"])
      expect(await readDataset(at(name))).toEqual({ ...dataset, source: at(name), discreteActions: 5 });
  });

  it("says what is to be known before the first episode is read", async () => {
    await source();
    const opened = await openDataset(at("a.hdf5"));
    expect(opened).toMatchObject({
      format: "d4rl",
      source: at("a.hdf5"),
      observations: vectorParts(3),
      actionSize: 2,
      blocks: undefined,
    });
    opened.close();
    await convertDataset(at("a.hdf5"), at("b.calql"));
    const own = await openDataset(at("b.calql"));
    expect(own).toMatchObject({ format: "calql", steps: countSteps(await readDataset(at("a.hdf5"))) });
    expect(own.blocks!.episodes).toBe(300);
    own.close();
  });

  it("leaves nothing when the data turn out to be damaged", async () => {
    await source();
    const bytes = readFileSync(at("a.hdf5"));
    bytes.fill(0xff, bytes.length - 3000, bytes.length - 2000);
    writeFileSync(at("a.hdf5"), bytes);
    await expect(convertDataset(at("a.hdf5"), at("b.calql"))).rejects.toThrow(DataError);
    expect(readdirSync(place)).toEqual(["a.hdf5"]);
  });

  it("leaves nothing when the other format cannot tell an episode", async () => {
    const dataset = randomDataset(1, [3, 3], sizes);
    dataset.episodes[1]!.terminated[0] = 1; // as Adroit's rule marks steps
    const { calqlFormat } = await import("../formats/formats.js");
    const { diskTarget } = await import("./disk-target.js");
    const target = diskTarget(at("a.calql"), { kind: "folder" });
    const sink = await calqlFormat.create!(target, dataset);
    for (const episode of dataset.episodes) await sink.write(episode);
    await sink.finish();
    target.commit();
    await expect(convertDataset(at("a.calql"), at("b.hdf5"))).rejects.toThrow(/is terminated in step 0 but goes on/);
    expect(readdirSync(place)).toEqual(["a.calql"]);
    // The library that was given up still works.
    await source();
    expect((await readDataset(at("a.hdf5"))).episodes.length).toBe(300);
  });

  it("leaves nothing when it is interrupted", async () => {
    await source();
    const stop = new AbortController();
    stop.abort();
    const converting = convertDataset(at("a.hdf5"), at("b.calql"), { signal: stop.signal });
    await expect(converting).rejects.toBe(stop.signal.reason);
    expect(readdirSync(place)).toEqual(["a.hdf5"]);
  });

  it("replaces only a dataset of the same format, and only when that is wanted", async () => {
    await source();
    await convertDataset(at("a.hdf5"), at("b.calql"));
    await expect(convertDataset(at("a.hdf5"), at("b.calql"))).rejects.toThrow(/b\.calql exists already; name another/);
    await writeDataset(at("other.hdf5"), randomDataset(2, [5], sizes));
    await convertDataset(at("other.hdf5"), at("b.calql"), { replace: true });
    expect((await readDataset(at("b.calql"))).episodes.length).toBe(1);
    await convertDataset(at("b.calql"), at("a.hdf5"), { replace: true });
    expect((await readDataset(at("a.hdf5"))).episodes.length).toBe(1);
    mkdirSync(at("home.calql"));
    writeFileSync(join(at("home.calql"), "thesis.tex"), "mine");
    writeFileSync(at("notes.hdf5"), "mine");
    for (const target of ["home.calql", "notes.hdf5"])
      await expect(convertDataset(at("other.hdf5"), at(target), { replace: true })).rejects.toThrow(
        /is no dataset in the format \w+, so it is not replaced; name another place\.$/,
      );
    await expect(convertDataset(at("b.calql"), `${at("b.calql")}/`, { replace: true })).rejects.toThrow(
      /is the dataset to convert/,
    );
    expect(readFileSync(join(at("home.calql"), "thesis.tex"), "utf8")).toBe("mine");
    expect(readdirSync(place)).toEqual(["a.hdf5", "b.calql", "home.calql", "notes.hdf5", "other.hdf5"]);
  });

  it("tells the format by the ending, or by its name", async () => {
    await source();
    await convertDataset(at("a.hdf5"), `${at("b.calql")}/`);
    await convertDataset(at("a.hdf5"), at("c"), { to: "calql" });
    await convertDataset(at("c"), at("D.H5"));
    expect((await readDataset(at("D.H5"))).episodes.length).toBe(300);
    await expect(convertDataset(at("c"), at("e"))).rejects.toThrow(UsageError);
    await expect(convertDataset(at("c"), at("e"))).rejects.toThrow(
      /does not tell the format to write; end it in \.calql\/ \(calql\), .*\.hdf5 or \.h5 \(d4rl\).*, or give --to\.$/,
    );
    await expect(convertDataset(at("c"), at("e"), { to: "d4r" })).rejects.toThrow('Did you mean "d4rl"?');
  });
});

describe("calql data convert", () => {
  it("converts with the flags that say how to read, and prints what there was and what is odd", async () => {
    writeFileSync(at("a.hdf5"), await exampleFile(countingTables(new Array(10).fill(0))));
    const { code, out, error } = await calql("data", "convert", at("a.hdf5"), at("b.calql"), "--horizon", "5");
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out.split("\n")).toEqual([
      `${at("b.calql")}: 2 episodes, 8 steps (d4rl -> calql)`,
      expect.stringMatching(/^reading: 2 rows left out, because an episode ends there /),
      expect.stringMatching(/^reading: The horizon of 5 steps cut 1 episode/),
      expect.stringMatching(/^notice: 20\.0 % of the rows \(2, such as row 4\) gave no step: /),
      expect.stringMatching(/^notice: 8 steps in 2 episodes are few: /),
      "",
    ]);
    const refused = await calql("data", "convert", at("b.calql"), at("c.hdf5"), "--horizon", "5");
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.error).toMatch(
      /^error: ".*b\.calql" is in the format calql, to which a horizon means nothing; leave/,
    );
    expect(existsSync(at("c.hdf5"))).toBe(false);
  });

  it("keeps the bounds of actions, or says in one line that they are lost", async () => {
    const actionBounds = { low: Float32Array.of(0, 0), high: Float32Array.of(100, 100) };
    await source({ ...randomDataset(1, [5, 3], sizes), actionBounds });
    for (const name of ["b.calql", "c.hdf5"]) {
      expect((await calql("data", "convert", at("a.hdf5"), at(name))).error).toBe("");
      expect((await readDataset(at(name))).actionBounds).toEqual(actionBounds);
    }
    for (const name of ["b.jsonl", "b.parquet", "b.lerobot"])
      expect((await calql("data", "convert", at("c.hdf5"), at(name))).error).toMatch(
        /^The format \w+ has no place for the action bounds \[0, 100\], so .* lacks them; --action-bounds LOW,HIGH names/,
      );
  });

  it("refuses flags that do not fit, in one sentence", async () => {
    await source();
    const say = async (...flags: string[]) =>
      (await calql("data", "convert", at("a.hdf5"), at("b.calql"), ...flags)).error;
    expect(await say("--goal", "1")).toMatch(/^error: The flag --goal is "1"; give two numbers with a comma/);
    expect(await say("--goal", "1,x")).toMatch(/^error: The flag --goal is "1,x"; give two numbers/);
    expect(await say("--observation-keys", "a,,b")).toMatch(
      /^error: The flag --observation-keys is "a,,b"; give names/,
    );
    expect(await say("--mapping", at("missing.yaml"))).toMatch(
      /^error: The mapping .* cannot be read: there is no such/,
    );
    expect(await say("--to", "minariii")).toMatch(/^error: Unknown format "minariii"/);
    expect(readdirSync(place)).toEqual(["a.hdf5"]);
  });
});

const shared = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));

describe.runIf(existsSync(shared))("real files", () => {
  it.each(["antmaze-umaze-100k", "antmaze-medium-diverse-200k", "door-human-demos", "pen-binary-rollouts"])(
    "%s goes to calql and back",
    async (name) => {
      const { episodes } = await readDataset(join(shared, `${name}.hdf5`));
      const first = await calql("data", "convert", join(shared, `${name}.hdf5`), at("b.calql"));
      expect([first.code, first.error]).toEqual([0, ""]);
      const second = await calql("data", "convert", at("b.calql"), at("c.hdf5"));
      expect([second.code, second.error]).toEqual([0, ""]);
      const back = (await readDataset(at("c.hdf5"))).episodes;
      expect(back.length).toBe(episodes.length);
      for (const [i, episode] of episodes.entries()) {
        const found = back[i]!;
        expect([found.length, found.truncated]).toEqual([episode.length, episode.truncated]);
        const bytesOf = ({ observations, actions, rewards, terminated }: (typeof episodes)[number]) =>
          [stateOf(observations), actions, rewards, terminated].map((part) => Buffer.from(part.slice().buffer));
        for (const [k, bytes] of bytesOf(episode).entries()) expect(bytesOf(found)[k]!.equals(bytes)).toBe(true);
      }
    },
  );
});
