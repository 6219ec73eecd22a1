import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("src/", import.meta.url));

/**
 * Files that replace modules, say when one is loaded, or see how memory grows: each has a set of loaded modules of its own. The others share one
 * in each worker, because loading would take half of their time.
 */
const alone = [
  "src/cli/run-view",
  "src/comparison/plan",
  "src/environments/lazy-physics",
  "src/files/disk",
  "src/rendering/renderer",
  "src/training/no-node",
].map((file) => `${file}.test.ts`);

export default defineConfig({
  // Examples import the package by its name, as a user does.
  resolve: {
    alias: [
      { find: /^calql$/, replacement: `${source}index.ts` },
      { find: /^calql\/(\w+)$/, replacement: `${source}$1/index.ts` },
    ],
  },
  test: {
    globalSetup: "src/cli/built.setup.fixture.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: "shared", isolate: false, include: ["{src,tools}/**/*.test.ts"], exclude: alone },
      },
      { extends: true, test: { name: "alone", include: alone } },
    ],
  },
});
