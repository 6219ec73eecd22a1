/**
 * `npm run endurance`: the memory of the process over a long run of the smallest networks: 100,000 updates and 1,000,000
 * steps of an environment. Only the replay of the collected steps may grow; it has a column of its own.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { transitionBytes } from "../../src/data/pooled-replay.js";
import { collectTask } from "../../src/environments/collect-task.js";
import { train } from "../../src/train.js";
import type { Progress } from "../../src/training/run-log.js";
import { recordedTask } from "./run-settings.js";

const MEBIBYTE = 2 ** 20;
const rowsOfTable = 25;
const task = recordedTask.box;

export const enduranceCommand = new Command("endurance")
  .description("the memory of the process over a long run")
  .option("--updates <number>", "updates, spread evenly over the steps", "100000")
  .option("--steps <number>", "online environment steps", "1000000")
  .action(({ updates, steps }: { readonly updates: string; readonly steps: string }) => {
    const bounds = { whole: true, least: 1 };
    return endure(numberOf(updates, "--updates", bounds)!, numberOf(steps, "--steps", bounds)!);
  });

async function endure(updates: number, onlineSteps: number): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), "calql-endurance-"));
  const dataset = await collectTask({ task, steps: 5_000, seed: 1 });
  const bytesPerStep = transitionBytes(dataset);
  const row = (steps: number) => printRow(steps, steps * bytesPerStep);
  let due = 0;
  const onProgress = ({ done }: Progress) => {
    if (done < due) return;
    row(done);
    due += onlineSteps / rowsOfTable;
  };
  const small = { batchSize: 16, nActions: 2, actorHidden: [16], criticHidden: [16], evaluationEpisodes: 2 };
  const length = { offlineUpdates: 0, onlineSteps, utdRatio: updates / onlineSteps, evaluateEverySteps: 50_000 };
  process.stdout.write("      steps   seconds    RSS MiB replay MiB others MiB   heap MiB\n");
  const { summary } = await train(
    { task, agent: "cal-ql", threads: 1, preset: "laptop", ...small, ...length, checkpointEverySeconds: 10 },
    { folder: join(place, "run"), dataset, onProgress },
  );
  row(summary.onlineSteps);
  const share = (100 * summary.checkpointSeconds!) / summary.seconds;
  process.stdout.write(
    `${summary.updates} updates, ${summary.onlineSteps} steps; checkpoints took ${share.toFixed(2)} %\n`,
  );
  rmSync(place, { recursive: true });
}

/** @param replay bytes of the stored transitions (see data/replay.ts); reserved space that is still empty is not resident */
function printRow(steps: number, replay: number): void {
  const { rss, heapUsed } = process.memoryUsage();
  const cells = [
    String(steps).padStart(11),
    (performance.now() / 1000).toFixed(0).padStart(10),
    ...[rss, replay, rss - replay, heapUsed].map((bytes) => (bytes / MEBIBYTE).toFixed(1).padStart(11)),
  ];
  process.stdout.write(`${cells.join("")}\n`);
}
