/**
 * Run as a process of its own: how fast the built package of a checkout collects and updates, as one line of JSON.
 * Each figure is the difference of a long and a short run, so that what both begin and end with cancels out. Awaits
 * everything, so that checkouts whose calls are synchronous can be measured too.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export interface Speed {
  /** Steps per second of pointmaze-umaze in the online loop, with the smallest networks and hardly any update. */
  readonly online: number;
  /** Steps per second of collectTask on pointmaze-umaze. */
  readonly collectTask: number;
  /** Milliseconds of one offline update of Cal-QL with the laptop preset, on one thread. */
  readonly update: number;
}

const task = "pointmaze-umaze";
const api = (await import(
  pathToFileURL(join(process.argv[2]!, "dist", "index.js")).href
)) as typeof import("../../src/index.js");
const place = mkdtempSync(join(tmpdir(), "calql-speed-"));
const dataset = await api.collectTask({ task, steps: 2_000, seed: 1 });
const preset = { task, preset: "laptop", agent: "cal-ql", threads: 1, evaluationEpisodes: 1, seed: 1 } as const;
const rarely = { evaluateEveryUpdates: 1_000_000, evaluateEverySteps: 1_000_000, checkpointEverySeconds: 1_000 };
const smallest = { batchSize: 8, nActions: 1, actorHidden: [8], criticHidden: [8] };

const speed: Speed = {
  online:
    1 /
    (await secondsEach([1_000, 25_000], (onlineSteps) =>
      train({ ...smallest, offlineUpdates: 0, onlineSteps, utdRatio: 0.001 }),
    )),
  collectTask:
    1 / (await secondsEach([1_000, 100_000], async (steps) => void (await api.collectTask({ task, steps, seed: 2 })))),
  update: 1000 * (await secondsEach([20, 520], (offlineUpdates) => train({ offlineUpdates, onlineSteps: 0 }))),
};
process.stdout.write(`${JSON.stringify(speed)}\n`);
rmSync(place, { recursive: true });

async function train(settings: object): Promise<void> {
  const folder = mkdtempSync(join(place, "run-"));
  await api.train({ ...preset, ...rarely, ...settings }, { folder: join(folder, "run"), dataset });
}

async function secondsEach(counts: readonly [number, number], work: (count: number) => Promise<void>): Promise<number> {
  const taken: number[] = [];
  for (const count of counts) {
    const start = performance.now();
    await work(count);
    taken.push((performance.now() - start) / 1000);
  }
  return (taken[1]! - taken[0]!) / (counts[1] - counts[0]);
}
