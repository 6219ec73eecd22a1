import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("src/", import.meta.url));

export default defineConfig({
  // Examples import the package by its name, as a user does.
  resolve: {
    alias: [
      { find: /^calql$/, replacement: `${source}index.ts` },
      { find: /^calql\/(\w+)$/, replacement: `${source}$1/index.ts` },
    ],
  },
  test: {
    include: ["src/**/*.test.ts", "tools/**/*.test.ts"],
    globalSetup: "src/cli/built.setup.fixture.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
