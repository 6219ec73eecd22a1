/** For tests: runs a command line in this process and says what a person would have seen. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { main } from "./main.js";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `calql words...` with standard output and error caught. */
export async function calql(...words: string[]): Promise<Outcome> {
  const out = caught(process.stdout);
  const error = caught(process.stderr);
  try {
    const code = await main(words);
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

/** Every file and folder below a folder, by name. */
export function contentOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

/** What is in a folder, to see whether anything was touched: every name, with the SHA-256 of every file. */
export function snapshotOf(folder: string): Record<string, string> {
  const digest = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
  return Object.fromEntries(
    contentOf(folder).map((name) => {
      const path = join(folder, name);
      return [name, lstatSync(path).isFile() ? digest(path) : "no file"];
    }),
  );
}

/** Flags for a run of a second. */
export const tinyFlags = (
  "--preset laptop --threads 1 --batch-size 8 --n-actions 2 --actor-hidden 8 --critic-hidden 8 " +
  "--offline-updates 20 --online-steps 20 --evaluation-episodes 2"
).split(" ");
