/**
 * A run whose observations are a vector and a picture: bytes stay bytes in replay, files and checkpoints, and a run that
 * goes on within an episode comes to the same bits.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Agent } from "../agents/agent.js";
import { columnsFor } from "../agents/context.js";
import { PolicyFile } from "../agents/policy-file.js";
import { createBatch, type ObservationParts, vectorParts } from "../data/columns.js";
import { type Dataset, packEpisode } from "../data/episode.js";
import { Replay } from "../data/replay.js";
import { convertDataset } from "../data/storage/convert-dataset.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { toTransitions } from "../data/transitions.js";
import type { SyncEnvironment } from "../environments/environment.js";
import { depicted } from "../environments/promising.fixture.js";
import { RandomStream } from "../random.js";
import { exportPolicy } from "./export-policy.js";
import { writeDatasetAs } from "./images.fixture.js";
import { newFolder, registerLine, tiny, train } from "./tiny-run.fixture.js";
import { resume } from "./train.js";

const parts: ObservationParts = {
  state: { type: "float32", shape: [2] },
  image: { type: "uint8", shape: [2, 3, 3] },
};

function recorded(): Dataset {
  const random = new RandomStream(1);
  const episodes = [12, 7, 20].map((length) => {
    const observations = Array.from({ length: length + 1 }, () => ({
      state: Float32Array.of(random.normal(), random.normal()),
      image: Uint8Array.from({ length: 18 }, () => random.integer(256)),
    }));
    const actions = Array.from({ length }, () => Float32Array.of(2 * random.uniform() - 1));
    const rewards = actions.map(([action]) => action!);
    return packEpisode(observations, actions, rewards, length === 7);
  });
  return { source: "pictures", observations: parts, actionSize: 1, episodes };
}

describe("pictures in files", () => {
  it("go to calql, to Minari and back to the byte", async () => {
    const [own, minari, back] = [`${newFolder()}.calql`, `${newFolder()}-v0`, `${newFolder()}.calql`];
    await writeDatasetAs(own, recorded());
    expect(await readDataset(own)).toMatchObject({ observations: parts, episodes: recorded().episodes });
    await convertDataset(own, minari, { to: "minari" });
    await convertDataset(minari, back);
    const found = await readDataset(back);
    expect(found.observations).toEqual(parts);
    expect(found.episodes).toEqual(recorded().episodes);
    const file = "observations-image.u8";
    expect(readFileSync(join(back, file)).equals(readFileSync(join(own, file)))).toBe(true);
    expect(readFileSync(join(own, file)).length).toBe(18 * (12 + 7 + 20 + 3));
  });

  it("are refused by layouts that hold vectors alone", async () => {
    const own = `${newFolder()}.calql`;
    await writeDatasetAs(own, recorded());
    await expect(convertDataset(own, `${newFolder()}.hdf5`)).rejects.toThrow(
      "has observations of the parts state float32 [2], image uint8 [2, 3, 3], and the D4RL layout holds vectors alone",
    );
  });
});

describe("pictures in an update", () => {
  it("count, without an encoder, as their bytes over 255: the same numbers as one vector of both", async () => {
    const dataset = recorded();
    const flat = dataset.episodes.map((episode) => {
      const { state, image } = episode.observations;
      const rows = Array.from({ length: episode.length + 1 }, (_, row) => [
        ...state!.subarray(2 * row, 2 * row + 2),
        ...Float32Array.from(image!.subarray(18 * row, 18 * row + 18), (byte) => byte / 255),
      ]);
      return { ...episode, observations: { state: Float32Array.from(rows.flat()) } };
    });
    const settings = { batchSize: 32, actorHidden: [8], criticHidden: [8], nActions: 2, encoder: "flat" } as const;
    const losses = async (observations: ObservationParts, episodes: Dataset["episodes"]) => {
      const sizes = { observationSize: 20, observations, actionSize: 1 };
      const agent = await Agent.create("cal-ql", { ...sizes, settings, seed: 2, threads: 1 });
      const replay = new Replay({ observations, actionSize: 1, requiresReturnToGo: true });
      replay.append(toTransitions(episodes, { returns: { discount: 0.9 } }));
      const batch = createBatch(32, columnsFor(sizes));
      const random = new RandomStream(4);
      const found: number[] = [];
      for (let i = 0; i < 10; i++) {
        replay.sampleInto(batch, 0, 32, random);
        found.push((await agent.update(batch.rows)).criticLoss!);
      }
      await agent.release();
      return found;
    };
    const [pictures, vectors] = [await losses(parts, dataset.episodes), await losses(vectorParts(20), flat)];
    for (const [i, loss] of pictures.entries()) expect(loss).toBeCloseTo(vectors[i]!, 5);
  });
});

describe("a run on pictures", () => {
  const task = registerLine("depicted line", { savable: true, making: (make) => depicted(make() as SyncEnvironment) });
  const settings = { ...tiny, task, offlineUpdates: 12, onlineSteps: 30, checkpointEverySeconds: 0 };

  it("goes on within an episode to the same bits, and its policy takes both parts", async () => {
    const whole = await train(settings, { folder: newFolder(), dataset: recorded() });
    const stop = new AbortController();
    const folder = newFolder();
    const onProgress = ({ phase, done }: { readonly phase: string; readonly done: number }) =>
      void (phase === "online" && done >= 10 && stop.abort());
    await train(settings, { folder, dataset: recorded(), signal: stop.signal, onProgress });
    const { summary } = await resume({ folder, dataset: recorded() });
    expect(summary).toMatchObject({ status: "completed", onlineSteps: 30 });
    const read = (place: string, name: string) => readFileSync(join(place, name));
    for (const name of ["policy.onnx", "online-episodes.bin"])
      expect(read(folder, name).equals(read(whole.folder, name)), name).toBe(true);
    const { path } = await exportPolicy({ folder });
    const policy = await PolicyFile.load(readFileSync(path), path);
    expect(policy.observations).toEqual({ state: parts.state, image: parts.image });
    const actions = await policy.act({ state: new Float32Array(4), image: new Uint8Array(36) });
    expect(actions).toHaveLength(2);
    await expect(policy.act(new Float32Array(2))).rejects.toThrow(
      "takes observations that are state float32 [2], image",
    );
    await policy.release();
  });
});
