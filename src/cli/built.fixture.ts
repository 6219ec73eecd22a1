/** For tests that need the program as the system runs it: built into a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A new folder with the built program in `dist`; `remove` when done. */
export function builtProgram() {
  const place = mkdtempSync(join(tmpdir(), "calql-built-"));
  mkdirSync(join(place, "dist"));
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  const tsc = join(root, "node_modules", ".bin", "tsc");
  spawnSync(tsc, ["-p", join(root, "tsconfig.build.json"), "--outDir", join(place, "dist")]);
  return {
    place,
    bin: join(place, "dist", "cli", "bin.js"),
    worker: join(place, "dist", "comparison", "worker.js"),
    remove: () => rmSync(place, { recursive: true }),
  };
}
