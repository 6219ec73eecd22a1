/**
 * The one door to ONNX Runtime: which package runs the graphs and with which options. Everything else speaks of
 * sessions and runtime tensors through the names exported here, so another build of the runtime (the browser's, a
 * GPU's) is a change of this file alone.
 */
import { env, InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";

export { InferenceSession, RuntimeTensor };

export interface RuntimeOptions {
  /** Threads inside one operation; 0 lets the runtime take one per core. Results are the same bits only for the same number. */
  readonly threads?: number;
  readonly executionProviders?: readonly string[];
  /** Writes the runtime's own profile (a JSON file with this prefix) when the session is released. */
  readonly profilePrefix?: string;
}

/** Loads a model; the session runs operations one after the other, each on the given number of threads. */
export async function createSession(model: Uint8Array, options: RuntimeOptions = {}): Promise<InferenceSession> {
  env.logLevel = "error";
  return InferenceSession.create(model, {
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

/** A tensor over numbers of its own element type: what is written into them is what the next run sees. */
export function runtimeTensor(values: Float32Array | Uint8Array | Int32Array, shape: readonly number[]): RuntimeTensor {
  if (values instanceof Uint8Array) return new RuntimeTensor("uint8", values, [...shape]);
  if (values instanceof Int32Array) return new RuntimeTensor("int32", values, [...shape]);
  return floatTensor(values, shape);
}

export function floatTensor(values: Float32Array, shape: readonly number[]): RuntimeTensor {
  return new RuntimeTensor("float32", values, [...shape]);
}
