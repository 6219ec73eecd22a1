/**
 * Files that are written in one piece: beside the target and then renamed, so that nobody ever sees half a file and an
 * older one is replaced only when the new one is complete.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";

/** @throws what the operating system says; nothing half-written is left */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(partial, content, { flush: true });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
