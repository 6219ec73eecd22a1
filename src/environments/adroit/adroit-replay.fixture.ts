/**
 * Recorded episodes of the Adroit tasks and how an environment is put to where one began. The recordings hold no
 * physics; what a reset draws is read out of the first observation.
 */
import { readFileSync } from "node:fs";
import type { AdroitTaskName } from "../../data/adroit-success.js";
import type { AdroitEnvironment } from "./adroit.js";

/** Rows of one episode; `observations` [rows, observationSize] are those before each action. */
export interface Recording {
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly rewards: Float32Array;
}

/** The committed recording of a task (fixtures/adroit_rollouts.py): 100 rows, in which the task is achieved. */
export function readRollout(task: AdroitTaskName): Recording {
  const file: Record<keyof Recording, string> = JSON.parse(
    readFileSync(new URL(`../../../fixtures/adroit-${task}-rollout.json`, import.meta.url), "utf8"),
  );
  const unpack = (text: string) => new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
  return { observations: unpack(file.observations), actions: unpack(file.actions), rewards: unpack(file.rewards) };
}

/** Begins the episode whose first observation this is; returns how far the state then is from that observation. */
export function beginAt(environment: AdroitEnvironment, task: AdroitTaskName, observation: Float32Array): number {
  const { physics } = environment;
  environment.reset({ seed: 0 });
  if (task === "pen") {
    // The target's axis is (sin y, -sin x cos y, cos x cos y) of the Euler angles x and y.
    const [y, x] = [Math.asin(observation[36]!) / 2, Math.atan2(-observation[37]!, observation[38]!) / 2];
    const turn = [
      Math.cos(y) * Math.cos(x),
      Math.cos(y) * Math.sin(x),
      Math.sin(y) * Math.cos(x),
      Math.sin(y) * Math.sin(x),
    ];
    physics.bodyTurns.set(turn, 4 * physics.body("target"));
  } else if (task === "door") {
    const [frame, handle] = [3 * physics.body("frame"), 3 * physics.site("S_handle")];
    for (let k = 0; k < 3; k++)
      physics.bodyPlaces[frame + k]! += observation[32 + k]! - physics.sitePositions[handle + k]!;
  } else {
    const [ball, target, palm] = [3 * physics.body("Object"), 3 * physics.site("target"), 3 * physics.site("S_grasp")];
    for (let k = 0; k < 2; k++) physics.bodyPlaces[ball + k] = physics.sitePositions[palm + k]! - observation[30 + k]!;
    for (let k = 0; k < 3; k++)
      physics.sitePlaces[target + k] = physics.sitePositions[palm + k]! - observation[33 + k]!;
  }
  physics.forward();
  return largestDifference(environment.observe(), observation);
}

export function largestDifference(first: Float32Array, second: Float32Array): number {
  return first.reduce((largest, value, i) => Math.max(largest, Math.abs(value - second[i]!)), 0);
}

/**
 * Replays a recording open loop. Answers the largest difference from each recorded observation (`differences[t]` after
 * t actions), whether the rewards agree, and the first step with success of replay and recording (undefined: none).
 */
export function replay(environment: AdroitEnvironment, task: AdroitTaskName, recording: Recording) {
  const { size } = environment.observationSpace;
  const { observations, actions, rewards } = recording;
  const actionSize = environment.actionSpace.size;
  const row = (t: number) => observations.subarray(t * size, (t + 1) * size);
  const differences = [beginAt(environment, task, row(0))];
  const successes = Array.from(rewards, (_, t) => {
    const { observation, info } = environment.step(actions.subarray(t * actionSize, (t + 1) * actionSize));
    if (t + 1 < rewards.length) differences.push(largestDifference(observation, row(t + 1)));
    return info.success;
  });
  const agreeing = successes.filter((success, t) => (success ? 0 : -1) === rewards[t]).length;
  return {
    differences,
    agreeing: agreeing / rewards.length,
    firstSuccess: successes.indexOf(true),
    recordedSuccess: rewards.indexOf(0),
  };
}
