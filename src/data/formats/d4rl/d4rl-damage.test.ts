import { beforeAll, describe, expect, it, vi } from "vitest";
import { DataError } from "../../../errors.js";
import { RandomStream } from "../../../random.js";
import { observationWidth } from "../../columns.js";
import { createHdf5 } from "../../containers/hdf5/create-hdf5.fixture.js";
import type { Dataset } from "../../episode.js";
import { stateOf } from "../../episode.js";
import { randomDataset } from "../../example-data.fixture.js";
import { readD4RL } from "./d4rl.js";
import { readD4RLMetadata } from "./d4rl-metadata.js";
import { writeD4RL } from "./d4rl-writer.js";

/** Spies that stand before the HDF5 library is imported, since it keeps the console's functions of that moment. */
const spoken = vi.hoisted(() => (["error", "warn", "log"] as const).map((channel) => vi.spyOn(console, channel)));

/** Reads bytes that may be damaged: a sound dataset or a DataError may come out, nothing else, and no output. */
async function survives(bytes: Uint8Array): Promise<"sound" | "refused"> {
  let dataset: Dataset;
  try {
    await readD4RLMetadata(bytes, "damaged.hdf5");
    dataset = await readD4RL(bytes, "damaged.hdf5");
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(/^"damaged\.hdf5"\P{C}*\.$/u); // no control characters
    return "refused";
  }
  for (const episode of dataset.episodes) {
    expect(stateOf(episode.observations).length).toBe((episode.length + 1) * observationWidth(dataset.observations));
    expect(episode.actions.length).toBe(episode.length * dataset.actionSize);
    expect(stateOf(episode.observations).every(Number.isFinite)).toBe(true);
  }
  return "sound";
}

describe("readD4RL on damaged files", () => {
  let intact: Uint8Array;

  beforeAll(async () => {
    const sizes = { observationSize: 3, actionSize: 2 };
    intact = await writeD4RL(randomDataset(1, [20, 7, 1, 30, 12], sizes), { recipe: "random", seed: 1 });
  });

  it("refuses a file that was cut anywhere", async () => {
    for (let kept = 0; kept < intact.length; kept += Math.ceil(intact.length / 97)) {
      expect(await survives(intact.slice(0, kept))).toBe("refused");
    }
    expect(await survives(intact.slice(0, -1))).toBe("refused");
    await expect(readD4RL(intact.slice(0, 5000), "cut.hdf5")).rejects.toThrow(
      /"cut.hdf5": cannot be opened \(truncated file/,
    );
  });

  it("refuses a chunk of 16 MiB in a file of a few kilobytes before it unpacks it", async () => {
    const rows = 2 ** 22;
    const bytes = await createHdf5((file) => {
      const zeros = (name: string, columns: number[]) =>
        file.create_dataset({
          name,
          data: new Float32Array(rows * (columns[0] ?? 1)),
          shape: [rows, ...columns],
          dtype: "<f",
          chunks: [rows, ...columns],
          compression: 9,
        });
      for (const name of ["observations", "actions"]) zeros(name, [1]);
      for (const name of ["rewards", "terminals"]) zeros(name, []);
    });
    expect(bytes.length).toBeLessThan(100_000);
    await expect(readD4RL(bytes, "bomb.hdf5", { horizon: 100 })).rejects.toThrow(
      /^"bomb\.hdf5": "observations" is stored in chunks of 16777216 bytes, far more than the \d+ of the whole file; store/,
    );
  });

  it("refuses or reads a file with wrong bytes, in 600 variants, and still reads an intact one", async () => {
    const random = new RandomStream(7, "damage");
    const outcomes = { sound: 0, refused: 0 };
    for (let variant = 0; variant < 600; variant++) {
      const bytes = Uint8Array.from(intact);
      // Every other variant hits the headers in the first part of the file, where the library is led astray most.
      const reach = variant % 2 === 0 ? bytes.length : 2500;
      for (let hit = 0; hit <= variant % 4; hit++) bytes[random.integer(reach)] = random.integer(256);
      outcomes[await survives(bytes)]++;
    }
    expect(outcomes.refused).toBeGreaterThan(100);
    expect(outcomes.sound).toBeGreaterThan(100);
    expect(await survives(intact)).toBe("sound");
  });

  it("refuses random bytes behind an HDF5 signature", async () => {
    const random = new RandomStream(8, "damage");
    for (let variant = 0; variant < 100; variant++) {
      const bytes = Uint8Array.from({ length: 2000 }, () => random.integer(256));
      bytes.set(intact.subarray(0, variant % 2 === 0 ? 8 : 96));
      expect(await survives(bytes)).toBe("refused");
    }
  });

  it("names the rows of a damaged piece, and does not take what is in memory for data", async () => {
    const bytes = await writeD4RL(randomDataset(2, [200], { observationSize: 3, actionSize: 2 }));
    const zlib = bytes.findIndex((byte, i) => byte === 0x78 && bytes[i + 1] === 0x5e); // deflate at level 4
    expect(zlib).toBeGreaterThan(0);
    bytes.fill(0xff, zlib + 2, zlib + 40);
    await expect(readD4RL(bytes, "piece.hdf5")).rejects.toThrow(
      '"piece.hdf5": "observations" cannot be read in rows 0 to 200 (filter returned failure during read). The file is damaged',
    );
  });

  it("does not believe a header that declares far more data than the file holds", async () => {
    const bytes = await writeD4RL(randomDataset(2, [36], { observationSize: 3, actionSize: 2 })); // 37 rows
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const dimensions: number[] = [];
    for (let at = 0; at + 8 <= bytes.length; at += 8) if (view.getBigUint64(at, true) === 37n) dimensions.push(at);
    expect(dimensions.length).toBeGreaterThan(0);
    for (const at of dimensions) view.setBigUint64(at, 2n ** 40n, true);
    await expect(readD4RL(bytes, "huge.hdf5")).rejects.toThrow(
      /"observations" declares 1099511627776 x 3 numbers, more than a file of \d+ bytes can hold: it is damaged/,
    );
  });

  it("prints nothing, whatever was wrong", () => {
    for (const channel of spoken) expect(channel).not.toHaveBeenCalled();
  });
});
