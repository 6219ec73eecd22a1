/** Each rule of .dependency-cruiser.cjs finds the import that it forbids, planted in a small tree of its own. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "calql-arrows-"));
afterAll(() => rmSync(place, { recursive: true }));

/** An import, and the rule that forbids it (undefined: none does). The path of a target is relative to the tree. */
type Planted = readonly [from: string, to: string, rule: string | undefined, how?: "type" | "dynamic"];

const planted: readonly Planted[] = [
  ["src/tensor/a.ts", "src/networks/b.ts", "tensor-may-import"],
  ["src/networks/a.ts", "src/agents/b.ts", "networks-may-import"],
  ["src/agents/a.ts", "src/training/b.ts", "agents-may-import"],
  ["src/agents/c.ts", "src/settings/b.ts", "agents-may-import", "type"],
  ["src/data/a.ts", "src/agents/b.ts", "data-may-import", "type"],
  ["src/data/c.ts", "src/data/formats/b.ts", "data-may-import"],
  ["src/data/index.ts", "src/data/formats/b.ts", undefined],
  ["src/data/containers/a.ts", "src/data/formats/b.ts", "data-containers-may-import", "type"],
  ["src/data/formats/a.ts", "src/agents/b.ts", "data-formats-may-import"],
  ["src/data/storage/a.ts", "src/runs/b.ts", "data-storage-may-import"],
  ["src/physics/a.ts", "src/environments/b.ts", "physics-may-import"],
  ["src/rendering/a.ts", "src/environments/b.ts", "rendering-may-import"],
  ["src/environments/a.ts", "src/agents/b.ts", "environments-may-import"],
  ["src/environments/c.ts", "src/training/b.ts", "environments-may-import", "type"],
  ["src/environments/d.ts", "src/settings/b.ts", undefined, "type"],
  ["src/settings/a.ts", "src/training/b.ts", "settings-may-import"],
  ["src/training/a.ts", "src/runs/b.ts", "training-may-import", "dynamic"],
  ["src/training/c.ts", "src/cli/b.ts", "training-may-import"],
  ["src/runs/a.ts", "src/comparison/b.ts", "runs-may-import"],
  ["src/report/a.ts", "src/runs/b.ts", "report-may-import"],
  ["src/report/c.ts", "src/runs/record.ts", undefined],
  ["src/report/e.ts", "src/training/record.ts", undefined],
  ["src/comparison/a.ts", "src/cli/b.ts", "comparison-may-import"],
  ["src/server/a.ts", "src/cli/b.ts", "server-may-import"],
  ["src/cellar/a.ts", "src/data/b.ts", "every-room-has-a-line"],
  ["src/errors.ts", "src/data/b.ts", "basics-know-no-room"],
  ["src/runs/c.ts", "src/index.ts", "main-entry-point-is-not-imported"],
  ["src/training/d.ts", "node:fs", "node-only-at-the-edge"],
  ["src/report/d.ts", "node:path", "node-only-at-the-edge", "type"],
  ["src/report/write-report.ts", "node:fs", undefined],
  ["src/runs/d.ts", "node:fs", undefined],
  ["src/training/e.ts", "onnxruntime-node", "onnx-runtime-only-in-tensor"],
  ["src/tensor/runtime.ts", "onnxruntime-node", undefined],
  ["src/runs/e.ts", "tools/b.ts", "no-developer-tools"],
  ["src/runs/e.test.ts", "tools/b.ts", undefined],
  ["tools/a.ts", "src/cli/b.ts", undefined],
  ["src/runs/f.ts", "src/runs/missing.ts", "all-imports-are-found"],
  ["dist/environments/a.js", "dist/settings/b.js", "environments-load-nothing-above-them"],
  ["dist/tensor/a.js", "dist/tensor/c.js", "no-cycles"],
  // A cycle is reported once, at one of its files.
  ["dist/tensor/c.js", "dist/tensor/a.js", undefined],
];

const isFile = (path: string) => /^(?:src|dist|tools)\//.test(path);

function plant([from, to, , how]: Planted): void {
  const target = isFile(to) ? `${"../".repeat(from.split("/").length - 1)}${to.replace(/\.ts$/, ".js")}` : to;
  const text = { type: `import type { X } from "${target}"`, dynamic: `await import("${target}")` };
  write(from, how ? text[how] : `import { x } from "${target}"`);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(place, path)), { recursive: true });
  writeFileSync(join(place, path), `${text};\n`);
}

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}
let found: readonly Violation[];

beforeAll(() => {
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  for (const [, to] of planted) if (isFile(to) && !to.includes("missing")) write(to, "export const x = 1");
  planted.forEach(plant);
  const cruise = join(root, "node_modules", ".bin", "depcruise");
  const config = join(root, ".dependency-cruiser.cjs");
  const words = ["src", "tools", "dist", "--config", config, "--output-type", "json"];
  const { stdout } = spawnSync(cruise, words, { cwd: place, encoding: "utf8" });
  found = JSON.parse(stdout).summary.violations;
});

describe("the arrows", () => {
  it.each(planted)("from %s to %s: %s", (from, _, rule) => {
    const rules = new Set(found.filter((violation) => violation.from === from).map(({ rule: { name } }) => name));
    if (rule === undefined) expect([...rules]).toEqual([]);
    else expect([...rules]).toContain(rule);
  });
});
