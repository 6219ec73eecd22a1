import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("src/", import.meta.url));

/**
 * Rooms whose test files share one set of loaded modules in each worker, because loading takes half of their time. In the
 * others files replace modules, or count what is open or registered in the process.
 */
const sharing = ["agents", "data", "estimation", "networks", "report", "settings", "tensor"].map(
  (room) => `src/${room}/**/*.test.ts`,
);

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
      { extends: true, test: { name: "sharing", isolate: false, include: sharing } },
      { extends: true, test: { name: "alone", include: ["{src,tools}/**/*.test.ts"], exclude: sharing } },
    ],
  },
});
