/**
 * Stands for ONNX Runtime where none comes with the platform (package.json, "imports"): in browsers, where a program
 * chooses a build of onnxruntime-web and serves its WebAssembly itself.
 */
import { UsageError } from "../errors.js";

throw new UsageError(
  'There is no ONNX Runtime yet; install onnxruntime-web and call useRuntime(await import("onnxruntime-web")) first.',
);
