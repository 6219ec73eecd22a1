/** Whole recordings and a trained policy, replayed; only where those files are at hand. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withHdf5 } from "../../data/containers/hdf5/hdf5-module.js";
import { readHeader, readNumbers } from "../../data/containers/hdf5/hdf5-table.js";
import { type AdroitEnvironment, makeAdroit } from "./adroit.js";
import { type Recording, replay } from "./adroit-replay.fixture.js";
import { adroitTaskNames } from "./family.js";

const shared = new URL("../../../../shared/", import.meta.url);

/** Tables of an HDF5 file, flat. */
function readTables(name: string, keys: readonly string[]): Promise<Record<string, Float32Array>> {
  const bytes = readFileSync(new URL(`data/${name}`, shared));
  return withHdf5(bytes, name, (file) =>
    Object.fromEntries(keys.map((key) => [key, readNumbers(file, readHeader(file, key))])),
  );
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

describe.runIf(existsSync(shared)).each(adroitTaskNames)("20 recorded episodes of %s", (task) => {
  it("replay open loop: exact for 5 actions, and achieved in the same step", async () => {
    const tables = await readTables(`${task}-binary-rollouts.hdf5`, ["observations", "actions", "rewards"]);
    const environment = makeAdroit(task, "dense");
    const { observationSpace, actionSpace, horizon } = environment;
    const slice = (key: string, size: number, episode: number) =>
      tables[key]!.subarray(episode * horizon * size, (episode + 1) * horizon * size);
    const replays = Array.from({ length: 20 }, (_, episode) => {
      const recording: Recording = {
        observations: slice("observations", observationSpace.size, episode),
        actions: slice("actions", actionSpace.size, episode),
        rewards: slice("rewards", 1, episode),
      };
      return replay(environment, task, recording);
    });
    environment.close();
    expect(Math.max(...replays.flatMap(({ differences }) => differences.slice(0, 6)))).toBeLessThan(2e-7);
    expect(median(replays.map(({ differences }) => differences[50]!))).toBeLessThan(1e-4);
    expect(
      replays.filter(({ firstSuccess, recordedSuccess }) => firstSuccess === recordedSuccess).length,
    ).toBeGreaterThan(18);
    expect(replays.reduce((sum, { agreeing }) => sum + agreeing, 0) / 20).toBeGreaterThan(0.99);
  });
});

describe.runIf(existsSync(shared))("the human demonstrations of the door", () => {
  it("track the recording to 0.02 and open 7 to 9 of 25 doors", async () => {
    const places = ["infos/init_door_body_pos", "infos/init_qpos", "infos/init_qvel"];
    const tables = await readTables("door-human-demos.hdf5", ["observations", "actions", "timeouts", ...places]);
    const environment = makeAdroit("door", "dense", { horizon: 1000 });
    const { physics } = environment;
    const begin = (episode: number) => {
      const part = (key: string, size: number) => tables[key]!.subarray(size * episode, size * (episode + 1));
      environment.reset({ seed: 0 });
      physics.bodyPlaces.set(part(places[0]!, 3), 3 * physics.body("frame"));
      physics.qpos.set(part(places[1]!, 30));
      physics.qvel.set(part(places[2]!, 30));
      physics.forward();
      return environment.observe();
    };
    let [episode, deviation, opened] = [0, 0, 0];
    let observation = begin(0);
    let success = false;
    const rows = tables.timeouts!.length;
    for (let row = 0; row < rows; row++) {
      observation.forEach((value, i) => {
        deviation += Math.abs(value - tables.observations![39 * row + i]!);
      });
      const result = environment.step(tables.actions!.subarray(28 * row, 28 * (row + 1)));
      observation = result.observation;
      success ||= result.info.success === true;
      if (tables.timeouts![row] !== 1) continue;
      if (success) opened++;
      success = false;
      episode++;
      if (row + 1 < rows) observation = begin(episode);
    }
    environment.close();
    expect([rows, episode]).toEqual([6729, 25]);
    expect(deviation / (39 * rows)).toBeLessThan(0.02);
    expect(opened).toBeGreaterThanOrEqual(7);
    expect(opened).toBeLessThanOrEqual(9);
  });

  it("were rewarded as the dense form rewards, up to the cost of speed, which they do not hold", async () => {
    const { observations, rewards } = await readTables("door-human-demos.hdf5", ["observations", "rewards"]);
    const residuals: number[] = [];
    for (let row = 0; row + 1 < rewards!.length; row++) {
      const [hinge, x, y, z] = [28, 35, 36, 37].map((i) => observations![39 * (row + 1) + i]!) as [
        number,
        number,
        number,
        number,
      ];
      const bonus = hinge > 1.35 ? 20 : hinge > 1 ? 10 : hinge > 0.2 ? 2 : 0;
      residuals.push(Math.abs(rewards![row]! - bonus + 0.1 * (hinge - 1.57) ** 2 + 0.1 * Math.hypot(x, y, z)));
    }
    expect(median(residuals)).toBeLessThan(1e-3);
    // All but the 24 rows before a new episode begins, where the next observation is another episode's.
    expect(residuals.filter((residual) => residual > 0.5).length).toBeLessThanOrEqual(24);
  });
});

describe.runIf(existsSync(shared))("a trained policy at the door", () => {
  it("opens at least 38 of 40 doors, for a return between 2800 and 3100", () => {
    const policy = readExpert();
    const environment = makeAdroit("door", "dense");
    const episodes = Array.from({ length: 40 }, (_, seed) => playEpisode(environment, policy, seed));
    environment.close();
    expect(episodes.filter(({ success }) => success).length).toBeGreaterThanOrEqual(38);
    const mean = episodes.reduce((sum, { total }) => sum + total, 0) / 40;
    expect(mean).toBeGreaterThan(2800);
    expect(mean).toBeLessThan(3100);
  });
});

type Policy = (observation: Float32Array) => Float32Array;

function playEpisode(environment: AdroitEnvironment, policy: Policy, seed: number) {
  let { observation } = environment.reset({ seed });
  let [total, success] = [0, false];
  for (let ended = false; !ended; ) {
    const result = environment.step(policy(observation));
    observation = result.observation;
    total += result.reward;
    success ||= result.info.success === true;
    ended = result.terminated || result.truncated;
  }
  return { total, success };
}

/** The mean action of the door's expert: a tanh network between two affine maps, as its JSON file describes. */
function readExpert(): Policy {
  interface Layout {
    tensors: { name: string; shape: number[]; offset: number }[];
  }
  const layout: Layout = JSON.parse(readFileSync(new URL("policies/dapg_door.json", shared), "utf8"));
  const weights = new Float32Array(Uint8Array.from(readFileSync(new URL("policies/dapg_door.f32", shared))).buffer);
  const tensor = (name: string) => {
    const { shape, offset } = layout.tensors.find((entry) => entry.name === name)!;
    return weights.subarray(offset, offset + shape.reduce((product, size) => product * size, 1));
  };
  const layer = (name: string, input: Float64Array) => {
    const [weight, bias] = [tensor(`${name}.weight`), tensor(`${name}.bias`)];
    return Float64Array.from(bias, (start, row) =>
      input.reduce((sum, value, i) => sum + weight[row * input.length + i]! * value, start),
    );
  };
  const [inShift, inScale] = [tensor("in_shift"), tensor("in_scale")];
  const [outShift, outScale] = [tensor("out_shift"), tensor("out_scale")];
  return (observation) => {
    const input = Float64Array.from(observation, (value, i) => (value - inShift[i]!) / (inScale[i]! + 1e-8));
    const hidden = layer("fc1", layer("fc0", input).map(Math.tanh)).map(Math.tanh);
    const output = layer("fc2", hidden);
    return Float32Array.from(output, (value, i) => Math.max(-1, Math.min(1, value * outScale[i]! + outShift[i]!)));
  };
}
