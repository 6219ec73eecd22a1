/**
 * The only access to ONNX Runtime: which build of it runs the graphs, and with which options. It is loaded when the
 * first session is made: in Node the native build, in a browser the one that was handed to `useRuntime`.
 */
import type * as common from "onnxruntime-common";
import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-common";
import { RunFailure, reasonIn, UsageError } from "../errors.js";

export type { InferenceSession, RuntimeTensor };

/** What is used of ONNX Runtime: the packages onnxruntime-node and onnxruntime-web both have it. */
export type OnnxRuntime = Pick<typeof common, "env" | "InferenceSession" | "Tensor">;

export interface RuntimeOptions {
  /** Threads inside one operation; 0 lets the runtime take one per core. Results are the same bits only for the same number. */
  readonly threads?: number;
  readonly executionProviders?: readonly string[];
  /** Writes the runtime's own profile (a JSON file with this prefix) when the session is released. */
  readonly profilePrefix?: string;
}

let runtime: OnnxRuntime | undefined;
/** Node's build writes results into given tensors. That for the web leaves them as they are, without an error. */
let writesInPlace = true;

/**
 * Chooses the build of ONNX Runtime for agents and policies that are made from now on: `import * as ort from
 * "onnxruntime-web"; useRuntime(ort)` in a browser. Node needs no such call. Its results differ from Node's in the last
 * digits.
 */
export function useRuntime(ort: OnnxRuntime): void {
  runtime = ort;
  writesInPlace = false;
}

/** Loads a model; the session runs operations one after the other, each on the given number of threads. */
export async function createSession(model: Uint8Array, options: RuntimeOptions = {}): Promise<InferenceSession> {
  runtime ??= await installedRuntime();
  runtime.env.logLevel = "error";
  return runtime.InferenceSession.create(model, {
    executionProviders: [...(options.executionProviders ?? ["cpu"])],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    // Threads spin inside a run and sleep between runs: they do not take the cores from environments and noise, and on
    // shared cores small updates are faster for it.
    extra: { session: { force_spinning_stop: "1" } },
    ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
    ...(options.profilePrefix ? { enableProfiling: true, profileFilePrefix: options.profilePrefix } : {}),
  });
}

/** Runs a session and leaves its results in given tensors, by the names of the outputs. */
export async function runInto(
  session: InferenceSession,
  feeds: Readonly<Record<string, RuntimeTensor>>,
  fetches: Readonly<Record<string, RuntimeTensor>>,
): Promise<void> {
  if (writesInPlace) return void (await session.run(feeds, fetches));
  const results = await session.run(feeds, Object.keys(fetches));
  for (const name in fetches) (fetches[name]!.data as Float32Array).set(results[name]!.data as Float32Array);
}

/** A tensor over numbers of its own element type: what is written into them is what the next run sees. */
export function runtimeTensor(values: Float32Array | Uint8Array | Int32Array, shape: readonly number[]): RuntimeTensor {
  const { Tensor } = loadedRuntime();
  if (values instanceof Uint8Array) return new Tensor("uint8", values, [...shape]);
  if (values instanceof Int32Array) return new Tensor("int32", values, [...shape]);
  return new Tensor("float32", values, [...shape]);
}

/** The same for floats. A session must have been made before. */
export function floatTensor(values: Float32Array, shape: readonly number[]): RuntimeTensor {
  return runtimeTensor(values, shape);
}

function loadedRuntime(): OnnxRuntime {
  if (!runtime) throw new Error("A tensor of ONNX Runtime was asked for before the first session was made.");
  return runtime;
}

/** @throws UsageError where none comes with the platform; RunFailure where it cannot be loaded */
async function installedRuntime(): Promise<OnnxRuntime> {
  try {
    // package.json ("imports") says which package or file that is.
    return await import("#onnxruntime");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new RunFailure(
      `ONNX Runtime cannot be loaded: ${reasonIn(error)}. Install the package onnxruntime-node again.`,
    );
  }
}
