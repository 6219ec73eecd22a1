/** Where policies come from: a run's best evaluated state, also a better one that comes while it is served. */
import { copyFileSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { collectPointMaze } from "../environments/pointmaze/collect-pointmaze.js";
import { tiny, train } from "../runs/tiny-run.fixture.js";
import { policySource } from "./policy-source.js";
import { get, linesOf, post, Servers } from "./server.fixture.js";

const servers = new Servers();
afterAll(() => servers.close());

it("a run is served by its best state, by a better one once there is, and by its last where none was evaluated", async () => {
  const task = "pointmaze-umaze";
  const dataset = await collectPointMaze({ task, goals: "fixed", steps: 500, seed: 0 });
  const [run, better] = [servers.at("run"), servers.at("better")];
  for (const [seed, folder] of [run, better].entries())
    await train({ ...tiny, task, seed, evaluateEveryUpdates: 5 }, { folder, dataset });
  const log = servers.at("log");
  const notices: string[] = [];
  const server = await servers.start({ policy: run, log, lookEvery: 20, onNotice: (notice) => notices.push(notice) });
  const observation = Array.from(
    dataset.episodes[0]!.observations.state!.subarray(0, dataset.observations.state!.shape[0]),
  );
  const first = (await post(server, "/act", { observation })).body;
  expect(first.policy).toBe((await get(server, "/policy")).body.policy);

  const best = (folder: string) => join(folder, "checkpoints", "best.safetensors");
  copyFileSync(best(better), `${best(run)}.new`);
  renameSync(`${best(run)}.new`, best(run));
  await expect.poll(() => notices.length, { timeout: 10_000 }).toBe(1);
  expect(notices[0]).toMatch(/^The main policy is now [0-9a-f]{12} of .*run, in place of [0-9a-f]{12}\.$/);
  const second = (await post(server, "/act", { observation })).body;
  expect(second.policy).not.toBe(first.policy);
  expect(second.action).not.toEqual(first.action);
  expect(linesOf(log).filter(({ kind }) => kind === "event")).toHaveLength(2);
  await server.close();

  rmSync(best(run));
  expect(await policySource(run).file()).toBe(join(run, "policy.onnx"));
  rmSync(join(run, "policy.onnx"));
  const newest = await policySource(run).file();
  expect(newest).toBe(join(run, "policy-last.onnx"));
  expect(readFileSync(newest).length).toBeGreaterThan(100);
});
