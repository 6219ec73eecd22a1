/**
 * The policy with which ants walk through the mazes: the one that comes with the program, or a file of the user's. (The
 * collection of data itself knows neither files nor a runtime.)
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PolicyFile } from "../agents/policy-file.js";
import { antActionSize } from "../environments/ant/ant-body.js";
import { walkingObservationSize } from "../environments/ant/ant-frame.js";
import type { WalkingPolicy } from "../environments/family.js";
import { DataError, fileReason } from "../errors.js";
import { RandomStream } from "../random.js";

/** The policy that this project trained (docs/antmaze-data.md), in the package wherever this file was compiled to. */
function shippedPolicy(): string {
  const packageFolder = dirname(createRequire(import.meta.url).resolve("calql/package.json"));
  return join(packageFolder, "assets", "ant-policy.onnx");
}

/** A policy that was loaded; `release` frees it. */
export interface LoadedWalkingPolicy extends WalkingPolicy {
  release(): Promise<void>;
}

/**
 * Loads a walking policy, the shipped one unless a file is named.
 * @throws DataError if the file cannot be read or holds no stochastic policy of the ant that walks
 */
export async function loadWalkingPolicy(path?: string): Promise<LoadedWalkingPolicy> {
  const file = await PolicyFile.load(readPolicy(path ?? shippedPolicy()), path ?? "ant-policy.onnx");
  try {
    await requireWalker(file);
  } catch (error) {
    await file.release();
    throw error;
  }
  return {
    name: file.name,
    act: (observations, noise) => file.act(observations, { deterministic: false, noise }),
    release: () => file.release(),
  };
}

function readPolicy(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DataError(
      `The policy ${path} cannot be read: ${fileReason(error)}. Give the path of an ONNX file, or none for the policy that comes with the program.`,
    );
  }
}

async function requireWalker(file: PolicyFile): Promise<void> {
  const next = "give the policy.onnx of a run on ant-direction";
  if (file.observationSize !== walkingObservationSize || file.actionSize !== antActionSize)
    throw new DataError(
      `The policy ${file.name} turns ${file.observationSize} numbers into ${file.actionSize}; an ant's walking policy ` +
        `turns ${walkingObservationSize} into ${antActionSize}: ${next}.`,
    );
  try {
    await file.act(new Float32Array(walkingObservationSize), { deterministic: false, noise: new RandomStream(0) });
  } catch {
    throw new DataError(
      `The policy ${file.name} has no distribution to draw actions from, as the recipe does; ${next}.`,
    );
  }
}
