import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("src/", import.meta.url));

/**
 * Rooms that keep no state of the process, as a simulation does and the HDF5 library that met damaged files. Their test files
 * share one set of loaded modules in each worker.
 */
const stateless = ["agents", "networks", "report", "settings", "tensor"].map((room) => `src/${room}/**/*.test.ts`);

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
      { extends: true, test: { name: "shared", isolate: false, include: stateless } },
      {
        extends: true,
        test: {
          name: "others",
          include: ["src/**/*.test.ts", "tools/**/*.test.ts"],
          exclude: stateless,
        },
      },
    ],
  },
});
