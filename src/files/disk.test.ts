/**
 * That the real disk is asked to hold what it was given: which files and folders are synced, known by their inodes, and
 * when. A power failure cannot be tried here; without these calls it would lose what a kill does not.
 */
import { fstatSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GrowingFile } from "../runs/growing-file.js";
import { linkDurably, realDisk, writeDurably } from "./disk.js";

/** What was asked of the system: "sync" with the inode, "rename" with none. */
const asked = vi.hoisted(() => [] as (readonly [operation: "sync", inode: number] | readonly ["rename" | "link"])[]);

vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  const fsyncSync = (descriptor: number) => {
    asked.push(["sync", fstatSync(descriptor).ino]);
    real.fsyncSync(descriptor);
  };
  const renameSync = (from: string, to: string) => {
    asked.push(["rename"]);
    real.renameSync(from, to);
  };
  const linkSync = (from: string, to: string) => {
    asked.push(["link"]);
    if (from.endsWith("unlinkable")) throw Object.assign(new Error("no links here"), { code: "ENOTSUP" });
    real.linkSync(from, to);
  };
  return { ...real, fsyncSync, renameSync, linkSync };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "calql-disk-"));
  asked.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const inode = (path: string) => statSync(path).ino;
const bytes = Uint8Array.of(1, 2, 3);

// Where folders cannot be opened, their names cannot be synced.
describe.runIf(process.platform !== "win32")("on the real disk", () => {
  it("a whole file is synced before it gets its name, and the name after", () => {
    const path = join(folder, "file");
    writeDurably(realDisk, path, bytes);
    expect(asked).toEqual([["sync", inode(path)], ["rename"], ["sync", inode(folder)]]);
  });

  it("a second name is synced; a copy, where there are no links, as well", () => {
    const [path, unlinkable] = [join(folder, "file"), join(folder, "unlinkable")];
    for (const from of [path, unlinkable]) writeDurably(realDisk, from, bytes);
    asked.length = 0;
    linkDurably(realDisk, path, join(folder, "other"));
    expect(asked).toEqual([["link"], ["rename"], ["sync", inode(folder)]]);
    asked.length = 0;
    const copy = join(folder, "copy");
    linkDurably(realDisk, unlinkable, copy);
    expect(inode(copy)).not.toBe(inode(unlinkable));
    expect(asked).toEqual([["link"], ["sync", inode(copy)], ["rename"], ["sync", inode(folder)]]);
  });

  it("a growing file is synced when its position is asked for, if it has grown, and when it is closed", () => {
    const path = join(folder, "lines");
    const file = GrowingFile.open(path, realDisk);
    file.append(bytes);
    expect(asked).toEqual([]);
    file.position();
    file.position();
    expect(asked).toEqual([["sync", inode(path)]]);
    file.append(bytes);
    file.position();
    file.close();
    expect(asked).toEqual(new Array(3).fill(["sync", inode(path)]));
  });

  it("the name of a new folder is synced in the one above it", () => {
    realDisk.makeFolder(join(folder, "a", "b"));
    expect(asked).toEqual([
      ["sync", inode(folder)],
      ["sync", inode(join(folder, "a"))],
    ]);
  });
});
