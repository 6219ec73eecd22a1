/** For tests that need the program as the system runs it: built once, and copied into a folder of its own. */
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

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
  cpSync(sharedBuild(project), join(place, "dist"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  symlinkSync(join(root, "assets"), join(place, "assets"));
  // The name and the exports are those by which the program finds its own assets.
  copyFileSync(join(root, "package.json"), join(place, "package.json"));
  return {
    place,
    bin: join(place, "dist", source, "cli", "bin.js"),
    worker: join(place, "dist", source, "comparison", "worker.js"),
    remove: () => rmSync(place, { recursive: true }),
  };
}

/** Built by the first test file that asks for it; the others wait. */
function sharedBuild(project: string): string {
  const dist = join(inject("builds"), project);
  if (isFirst(`${dist}.begun`)) {
    const tsc = join(root, "node_modules", ".bin", "tsc");
    spawnSync(tsc, ["-p", join(root, project), "--outDir", `${dist}.partial`]);
    renameSync(`${dist}.partial`, dist);
  }
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(dist)) Atomics.wait(clock, 0, 0, 100);
  return dist;
}

/** Of all processes exactly one can make a folder. */
function isFirst(mark: string): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch {
    return false;
  }
}
