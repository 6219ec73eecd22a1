/** For tests that need the program as the system runs it: built into a folder of its own. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A new folder with the program, built into `dist`; `remove` it when done. */
export function builtProgram() {
  return built("tsconfig.build.json", ".");
}

/** The same with the developers' tools: the program is in `dist/src`, they are in `dist/tools`. */
export function builtTools() {
  return built("tsconfig.tools.json", "src");
}

/** @param source where the program's own rooms are in `dist` */
function built(project: string, source: string) {
  const place = mkdtempSync(join(tmpdir(), "calql-built-"));
  mkdirSync(join(place, "dist"));
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  symlinkSync(join(root, "assets"), join(place, "assets"));
  // The name and the exports are those by which the program finds its own assets.
  copyFileSync(join(root, "package.json"), join(place, "package.json"));
  const tsc = join(root, "node_modules", ".bin", "tsc");
  spawnSync(tsc, ["-p", join(root, project), "--outDir", join(place, "dist")]);
  return {
    place,
    bin: join(place, "dist", source, "cli", "bin.js"),
    worker: join(place, "dist", source, "comparison", "worker.js"),
    remove: () => rmSync(place, { recursive: true }),
  };
}
