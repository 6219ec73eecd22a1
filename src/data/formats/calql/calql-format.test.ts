/**
 * The own format: what was written comes back to the bit, every damaged byte is found, and any block can be read by itself.
 */

import { describe, expect, it } from "vitest";
import { UsageError } from "../../../errors.js";
import { RandomStream } from "../../../random.js";
import { vectorParts } from "../../columns.js";
import { crc32 } from "../../containers/crc32.js";
import { filesInMemory } from "../../containers/files.js";
import { countSteps, type Dataset, type Episode } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import { randomDataset, randomEpisode } from "../../example-data.fixture.js";
import { calqlFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { MemoryTarget } from "../memory-target.fixture.js";
import { type Manifest, type StoredColumn, sealManifest, storedColumns } from "./calql-layout.js";

const sizes = { observationSize: 3, actionSize: 2 };

async function written(dataset: Dataset): Promise<Map<string, Uint8Array>> {
  const target = new MemoryTarget();
  const sink = await calqlFormat.create!(target, dataset);
  for (const episode of dataset.episodes) await sink.write(episode);
  await sink.finish();
  return target.contents();
}

const open = (contents: Map<string, Uint8Array>) => calqlFormat.open(filesInMemory("data.calql", contents), {});
const readBack = async (contents: Map<string, Uint8Array>) => loadDataset(await open(contents));

/** Episodes of which some are both terminated and truncated, or terminated before their end. */
function oddDataset(): Dataset {
  const dataset = randomDataset(3, [4, 1, 1, 7, 2], sizes);
  const odd = randomEpisode(new RandomStream(1), 5, sizes, "clock");
  odd.terminated[1] = 1;
  odd.terminated[4] = 1;
  return { ...dataset, episodes: [...dataset.episodes, odd] };
}

describe("calqlFormat", () => {
  it("gives back the episodes to the bit, flags included", async () => {
    const dataset = oddDataset();
    const back = await readBack(await written(dataset));
    expect(back).toEqual({ ...dataset, source: "data.calql" });
    expect(back.episodes[5]).toMatchObject({ truncated: true, terminated: Uint8Array.of(0, 1, 0, 0, 1) });
  });

  it("keeps the number of discrete actions, and refuses an action that is none of them", async () => {
    const dataset: Dataset = {
      ...randomDataset(1, [3], { observationSize: 1, actionSize: 1 }),
      discreteActions: 4,
    };
    const actions = dataset.episodes[0]!.actions;
    actions.set([0, 3, 2]);
    const contents = await written(dataset);
    expect(await open(contents)).toMatchObject({ discreteActions: 4, steps: 3 });
    actions[1] = 4;
    await expect(written(dataset)).rejects.toThrow('Episode 0 of "example" cannot be written: its action 4 in step 1');
  });

  it("cuts the data into blocks that can be read in any order and add up to all of them", async () => {
    const wide = { observationSize: 400, actionSize: 2 };
    const dataset = randomDataset(
      2,
      Array.from({ length: 40 }, (_, i) => 10 + (i % 7)),
      wide,
    );
    const source = await open(await written(dataset));
    const blocks = source.blocks!;
    expect(blocks).toMatchObject({ episodes: 40, steps: 515 });
    expect(blocks.count).toBe(6); // six episodes have just below 128 KiB, so a block takes a seventh
    const read: (readonly Episode[])[] = [];
    for (let block = blocks.count - 1; block >= 0; block--) read.unshift(blocks.read(block));
    expect(read.flat()).toEqual(dataset.episodes);
  });

  it("stores plain little-endian arrays", async () => {
    const contents = await written(oddDataset());
    expect(contents.get("lengths.u32")).toEqual(new Uint8Array(Uint32Array.of(4, 1, 1, 7, 2, 5).buffer));
    expect(contents.get("observations.f32")!.length).toBe(4 * 3 * (20 + 6));
    const manifest = JSON.parse(new TextDecoder().decode(contents.get("manifest.json")));
    expect(manifest).toMatchObject({
      format: "calql",
      version: 1,
      steps: 20,
      episodes: 6,
      blocks: 1,
      source: "example",
    });
  });

  it("refuses every flipped bit, wherever it is", async () => {
    const contents = await written(randomDataset(3, [3, 2], { observationSize: 1, actionSize: 1 }));
    for (const [path, bytes] of contents) {
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const damaged = bytes.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        const outcome = readBack(new Map([...contents, [path, damaged]]));
        // Only white space of the manifest may turn into other white space.
        if (path === "manifest.json" && isWhite(bytes[bit >> 3]!) && isWhite(damaged[bit >> 3]!)) continue;
        await expect(outcome, `${path}, bit ${bit}`).rejects.toThrow(/^"data\.calql"/);
      }
    }
  });

  it("refuses files that are missing, too short or too long", async () => {
    const contents = await written(oddDataset());
    for (const path of contents.keys()) {
      const missing = new Map(contents);
      missing.delete(path);
      await expect(readBack(missing)).rejects.toThrow(`"data.calql" has no file "${path}"`);
      for (const bytes of [contents.get(path)!.slice(1), Uint8Array.of(...contents.get(path)!, 7)])
        await expect(readBack(new Map([...contents, [path, bytes]]))).rejects.toThrow(/"data\.calql": "/);
    }
  });

  it("refuses what no writer of ours writes although its checksums are right", async () => {
    const wrong = async (part: StoredColumn["name"], at: number, value: number) => {
      const dataset = randomDataset(3, [3, 2], { observationSize: 1, actionSize: 1 });
      return readBack(resealed(await written(dataset), part, at, value));
    };
    await expect(wrong("terminated", 1, 2)).rejects.toThrow('flags in "terminated.u8" that are neither 0 nor 1');
    await expect(wrong("truncated", 1, 9)).rejects.toThrow('flags in "truncated.u8" that are neither 0 nor 1');
    await expect(wrong("lengths", 0, 0)).rejects.toThrow("block 0 (steps from 0 on) has an episode without steps");
    await expect(wrong("lengths", 0, 4)).rejects.toThrow("has episodes of another length");
    await expect(wrong("rewards", 3, 0xff)).rejects.toThrow('NaN or infinite values in "rewards.f32"');
  });

  it("says that a newer version needs a newer program", async () => {
    const contents = await written(oddDataset());
    const manifest = JSON.parse(new TextDecoder().decode(contents.get("manifest.json")));
    contents.set("manifest.json", new TextEncoder().encode(JSON.stringify({ ...manifest, version: 4 })));
    await expect(open(contents)).rejects.toThrow("is of version 4 of its format, which is newer than this program");
  });

  it("refuses to write nothing, and episodes that do not hang together", async () => {
    await expect(written({ ...oddDataset(), episodes: [] })).rejects.toThrow(UsageError);
    const [episode] = oddDataset().episodes;
    const short = { ...episode!, rewards: new Float32Array(3) };
    await expect(written({ ...oddDataset(), episodes: [short] })).rejects.toThrow(
      'Episode 0 of "example" cannot be written: rewards hold 3 numbers where 4 steps need 4.',
    );
  });

  it("refuses options that mean nothing to it", async () => {
    const files = filesInMemory("data.calql", await written(oddDataset()));
    await expect(calqlFormat.open(files, { horizon: 5 })).rejects.toThrow(/a horizon means nothing; leave it out/);
    const { steps } = await calqlFormat.open(files, { fallbackHorizon: 5 });
    expect(steps).toBe(countSteps(oddDataset()));
  });

  it("gives valid data or one typed error each for 10,000 damaged datasets", { timeout: 300_000 }, async () => {
    const files = filesInMemory("damaged.calql", await written(oddDataset()));
    const report = await fuzzFormat(calqlFormat, [files], { mutations: 10_000, seed: 1 });
    expect(report.cases).toBe(10_000);
    expect(report.refused).toBeGreaterThan(9_000);
  });

  it("does so with the checksums of the damaged parts made right again", { timeout: 300_000 }, async () => {
    const contents = await written(oddDataset());
    let refused = 0;
    const random = new RandomStream(5, "sealed damage");
    for (let i = 0; i < 2_000; i++) {
      const part = columns[random.integer(6)]!;
      const at = random.integer(contents.get(part.file)!.length);
      try {
        const { episodes } = await readBack(resealed(contents, part.name, at, random.integer(256)));
        for (const { length, rewards } of episodes) expect(rewards.length).toBe(length);
      } catch (error) {
        expect((error as Error).message).toMatch(/^"data\.calql": block 0/);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });
});

const isWhite = (byte: number) => byte === 32 || byte === 10 || byte === 13 || byte === 9;

const columns = storedColumns({ observations: vectorParts(1), actionSize: 1 });

/** The files with one byte of one part set to a value (255 makes a number a NaN), and all checksums right. */
function resealed(contents: Map<string, Uint8Array>, part: StoredColumn["name"], at: number, value: number) {
  const all = new Map([...contents].map(([path, bytes]) => [path, bytes.slice()]));
  all.get(columns.find(({ name }) => name === part)!.file)!.fill(value, at, value === 0xff ? at + 5 : at + 1);
  const entry = new Uint32Array(all.get("blocks.u32")!.buffer);
  entry[2] = columns.reduce((sum, { file }) => crc32(all.get(file)!, sum), 0);
  const { checksum: _, ...manifest } = JSON.parse(new TextDecoder().decode(all.get("manifest.json"))) as Manifest;
  const sealed = sealManifest({ ...manifest, blocksChecksum: crc32(all.get("blocks.u32")!) });
  all.set("manifest.json", new TextEncoder().encode(JSON.stringify(sealed)));
  return all;
}
