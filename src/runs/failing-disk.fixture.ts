/** For tests: a disk on which the k-th operation goes wrong. */
import { basename } from "node:path";
import { type Disk, realDisk } from "../files/disk.js";

/** "short": half of a write arrives before the disk is full. "killed": nothing happens any more, from then on. */
export const faults = ["ENOSPC", "EACCES", "EIO", "short", "killed"] as const;
export type Fault = (typeof faults)[number];

/** As it is without faults: a test may put a failing disk in the place of `realDisk` itself. */
const real: Disk = { ...realDisk };

/** What a killed process would not even notice. */
export class Killed extends Error {}

export interface FailingDisk extends Disk {
  /** Operations asked for so far. */
  readonly operations: number;
}

/** @param at the operation that fails, counted from 1; never by default */
export function failingDisk(fault: Fault, at = Number.POSITIVE_INFINITY): FailingDisk {
  let operations = 0;
  const check = (whenShort?: () => void) => {
    operations++;
    if (fault === "killed" ? operations < at : operations !== at) return;
    if (fault === "short" || fault === "killed") whenShort?.();
    if (fault === "killed") throw new Killed("killed");
    const code = fault === "short" ? "ENOSPC" : fault;
    throw Object.assign(new Error(`${code}: made up`), { code });
  };
  const checked =
    <Words extends readonly unknown[], Result>(operation: (...words: Words) => Result) =>
    (...words: Words): Result => {
      check();
      return operation(...words);
    };
  return {
    get operations() {
      return operations;
    },
    makeFolder: checked(real.makeFolder),
    list: checked(real.list),
    open: checked(real.open),
    write(descriptor, bytes) {
      check(() => operations === at && real.write(descriptor, bytes.subarray(0, bytes.length >> 1)));
      real.write(descriptor, bytes);
    },
    truncate: checked(real.truncate),
    sync: checked(real.sync),
    close: checked(real.close),
    rename: checked(real.rename),
    link: checked(real.link),
    remove: checked(real.remove),
    syncFolder: checked(real.syncFolder),
  };
}

/** A disk that does everything and keeps a record of it, with the last part of the paths: "rename a.partial a". */
export function recordingDisk(): { readonly disk: Disk; readonly done: string[] } {
  const done: string[] = [];
  const names = new Map<number, string>();
  const recorded = <Words extends readonly string[], Result>(name: string, operation: (...words: Words) => Result) => {
    return (...words: Words): Result => {
      done.push([name, ...words.map((word) => basename(word))].join(" "));
      return operation(...words);
    };
  };
  const onFile = (name: string, descriptor: number) => done.push(`${name} ${names.get(descriptor)}`);
  const disk: Disk = {
    makeFolder: recorded("makeFolder", real.makeFolder),
    list: real.list,
    open(path, mode) {
      done.push(`open ${basename(path)}`);
      const descriptor = real.open(path, mode);
      names.set(descriptor, basename(path));
      return descriptor;
    },
    write(descriptor, bytes) {
      onFile("write", descriptor);
      real.write(descriptor, bytes);
    },
    truncate(descriptor, bytes) {
      onFile("truncate", descriptor);
      real.truncate(descriptor, bytes);
    },
    sync(descriptor) {
      onFile("sync", descriptor);
      real.sync(descriptor);
    },
    close: real.close,
    rename: recorded("rename", real.rename),
    link: recorded("link", real.link),
    remove: recorded("remove", real.remove),
    syncFolder: recorded("syncFolder", real.syncFolder),
  };
  return { disk, done };
}
