/** The policy in a file that a command line names. */
import { readFileSync } from "node:fs";
import { PolicyFile } from "../agents/policy-file.js";
import { fileReason, UsageError } from "../errors.js";

/** @throws UsageError where there is no such file; DataError where it holds no policy */
export async function loadPolicy(path: string): Promise<PolicyFile> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(
      `The policy ${path} cannot be read: ${fileReason(error)}. Give a run that has ended, or an ONNX file; "calql export" makes one of any run.`,
    );
  }
  return PolicyFile.load(bytes, path);
}
