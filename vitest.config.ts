import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Examples import the package by its name, as a user does.
  resolve: { alias: { calql: fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
  test: { include: ["src/**/*.test.ts", "tools/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2 },
});
