/** Before all tests: a folder in which the program is built at most once, by the first test that needs it; removed after them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the builds that the test files share. */
    readonly builds: string;
  }
}

export default function setup(project: TestProject): () => void {
  const builds = mkdtempSync(join(tmpdir(), "calql-builds-"));
  project.provide("builds", builds);
  return () => rmSync(builds, { recursive: true });
}
