/** The loop needs no Node: it trains offline and online where none of its modules can be imported. */
import { describe, expect, it, vi } from "vitest";
import { packEpisode } from "../data/episode.js";
import { box, type SyncEnvironment } from "../environments/environment.js";
import { registerEnvironment } from "../environments/registry.js";
import { RandomStream } from "../random.js";
import { MemorySink } from "./memory-sink.js";
import { trainInMemory } from "./train-in-memory.js";

const forbidden = vi.hoisted(() => (name: string) => () => {
  throw new Error(`${name} was imported`);
});
vi.mock("node:fs", forbidden("node:fs"));
vi.mock("node:path", forbidden("node:path"));
vi.mock("node:os", forbidden("node:os"));
vi.mock("node:crypto", forbidden("node:crypto"));
vi.mock("node:worker_threads", forbidden("node:worker_threads"));

/** A point that actions move; the reward is minus its distance from 0. */
function point(): SyncEnvironment {
  let [position, step] = [0, 0];
  const seen = () => ({ observation: Float32Array.of(position, step / 10), info: { success: position ** 2 < 0.01 } });
  return {
    name: "point",
    observationSpace: box(2, -5, 5),
    actionSpace: box(1, -1, 1),
    horizon: 10,
    reset: ({ seed } = {}) => {
      [position, step] = [new RandomStream(seed ?? 0).uniform() * 2 - 1, 0];
      return seen();
    },
    step: ([action]) => {
      position += action! / 2;
      return { ...seen(), reward: -Math.abs(position), terminated: false, truncated: ++step === 10 };
    },
    saveState: () => Float64Array.of(position, step),
    restoreState: ([savedPosition, savedStep]) => {
      [position, step] = [savedPosition!, savedStep!];
    },
    close: () => {},
  };
}

function recorded() {
  const random = new RandomStream(1);
  const environment = point();
  const episodes = Array.from({ length: 20 }, (_, i) => {
    const observations = [environment.reset({ seed: i }).observation];
    const actions: Float32Array[] = [];
    const rewards: number[] = [];
    while (actions.length < 10) {
      const action = Float32Array.of(Math.max(-1, Math.min(1, random.normal())));
      const { observation, reward } = environment.step(action);
      observations.push(observation);
      actions.push(action);
      rewards.push(reward);
    }
    return packEpisode(observations, actions, rewards, false);
  });
  return {
    source: "point",
    observations: { state: { type: "float32", shape: [2] } },
    actionSize: 1,
    episodes,
  } as const;
}

registerEnvironment("point", point);
const settings = {
  ...{ task: "point", agent: "cal-ql", threads: 1, batchSize: 16, nActions: 2, actorHidden: [8], criticHidden: [8] },
  ...{ offlineUpdates: 30, onlineSteps: 40, evaluationEpisodes: 2, evaluateEveryUpdates: 10, evaluateEverySteps: 20 },
  ...{ logEveryUpdates: 5, checkpointEverySeconds: 0 },
};

describe("trainInMemory, without node:fs, path, os, crypto and worker_threads", () => {
  it("trains Cal-QL offline and online, and leaves lines, episodes, a snapshot and a policy", async () => {
    const record = await trainInMemory(settings, { dataset: recorded() });
    expect(record.ending).toMatchObject({ status: "completed", updates: 70, onlineSteps: 40, onlineEpisodes: 4 });
    expect(record.metricsLines.map(({ updates }) => updates)).toEqual(
      Array.from({ length: 14 }, (_, i) => 5 * (i + 1)),
    );
    expect(record.evaluations.map(({ updates, onlineSteps }) => [updates, onlineSteps])).toEqual([
      ...[0, 10, 20, 30].map((updates) => [updates, 0]),
      [50, 20],
      [70, 40],
    ]);
    expect(record.episodes.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
    expect(record.newest!.state.position).toMatchObject({ phase: "online", updates: 70, onlineUpdates: 40 });
    expect(record.model!.length).toBeGreaterThan(100);
  });

  it("goes on from a snapshot to the same bits as a run that was never ended", async () => {
    const whole = await trainInMemory(settings, { dataset: recorded() });
    const stop = new AbortController();
    const record = new MemorySink();
    const onProgress = ({ phase, done }: { readonly phase: string; readonly done: number }) => {
      if (phase === "online" && done >= 20) stop.abort();
    };
    await trainInMemory(settings, { dataset: recorded(), record, signal: stop.signal, onProgress });
    expect(record.ending!.status).toBe("interrupted");
    expect(record.newest!.state.position.updates).toBeLessThan(70);
    await trainInMemory(settings, { dataset: recorded(), record });
    expect(record.ending!.status).toBe("completed");
    expect([...record.newest!.tensors].map(([name, values]) => [name, [...values]])).toEqual(
      [...whole.newest!.tensors].map(([name, values]) => [name, [...values]]),
    );
    expect(record.model).toEqual(whole.model);
    expect(record.episodes).toEqual(whole.episodes);
  });
});
