/** For tests: what is in a folder, to see what a run has left there and whether anything was touched. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every file and folder below a folder, by name. */
export function contentOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

/** Every name below a folder, with the SHA-256 of every file. */
export function snapshotOf(folder: string): Record<string, string> {
  const digest = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
  return Object.fromEntries(
    contentOf(folder).map((name) => {
      const path = join(folder, name);
      return [name, lstatSync(path).isFile() ? digest(path) : "no file"];
    }),
  );
}
