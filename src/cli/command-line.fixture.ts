/** For tests: runs a command line in this process and says what a person would have seen. */
import { vi } from "vitest";
import { main } from "./main.js";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `calql words...` with standard output and error caught. */
export function calql(...words: string[]): Promise<Outcome> {
  return outcomeOf(main, words);
}

/** The same for any program that takes words and returns its exit code. */
export async function outcomeOf(program: typeof main, words: readonly string[]): Promise<Outcome> {
  const out = caught(process.stdout);
  const error = caught(process.stderr);
  try {
    const code = await program(words);
    return { code, out: out.text(), error: error.text() };
  } finally {
    out.restore();
    error.restore();
  }
}

function caught(stream: NodeJS.WriteStream) {
  const spy = vi.spyOn(stream, "write").mockImplementation(() => true);
  return {
    text: () => spy.mock.calls.map(([chunk]) => String(chunk)).join(""),
    restore: () => spy.mockRestore(),
  };
}

/** Flags for a run of a second. */
export const tinyFlags = (
  "--preset laptop --threads 1 --batch-size 8 --n-actions 2 --actor-hidden 8 --critic-hidden 8 " +
  "--offline-updates 20 --online-steps 20 --evaluation-episodes 2"
).split(" ");
