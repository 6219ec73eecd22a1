/**
 * What is reported when part of a run cannot be written.
 */
import { fileReason, RunFailure } from "../errors.js";

/** @throws RunFailure in place of what the operating system says */
export function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof RunFailure) throw error;
    throw new RunFailure(
      `Could not write ${path}: ${fileReason(error)}. What was recorded before is kept; free space or check the permissions, then go on with "calql resume", or begin again if there is no config.json yet.`,
      { cause: error },
    );
  }
}
