import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("src/", import.meta.url));

/**
 * Rooms that keep no state of the process (a simulation does: its memory never shrinks). Their test files share one set of
 * loaded modules in each worker, which saves a fifth of their time.
 */
const stateless = ["agents", "data", "networks", "report", "settings", "tensor"].map(
  (room) => `src/${room}/**/*.test.ts`,
);
/** Tests that replace modules or look at which of them are loaded. */
const replacing = [
  "src/data/formats/d4rl/d4rl-damage.test.ts",
  "src/data/formats/d4rl/d4rl-writer.test.ts",
  "src/data/storage/get/get-set.test.ts",
];

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
      { extends: true, test: { name: "shared", isolate: false, include: stateless, exclude: replacing } },
      {
        extends: true,
        test: {
          name: "others",
          include: ["src/**/*.test.ts", "tools/**/*.test.ts"],
          exclude: stateless,
        },
      },
      { extends: true, test: { name: "replacing", include: replacing } },
    ],
  },
});
