/** For tests: a disk on which the k-th operation goes wrong. */
import { type Disk, realDisk } from "../runs/disk.js";

/** "short": half of a write arrives before the disk is full. "killed": nothing happens any more, from then on. */
export const faults = ["ENOSPC", "EACCES", "EIO", "short", "killed"] as const;
export type Fault = (typeof faults)[number];

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
    makeFolder: checked(realDisk.makeFolder),
    list: checked(realDisk.list),
    open: checked(realDisk.open),
    write(descriptor, bytes) {
      check(() => operations === at && realDisk.write(descriptor, bytes.subarray(0, bytes.length >> 1)));
      realDisk.write(descriptor, bytes);
    },
    sync: checked(realDisk.sync),
    close: checked(realDisk.close),
    rename: checked(realDisk.rename),
    link: checked(realDisk.link),
    remove: checked(realDisk.remove),
    syncFolder: checked(realDisk.syncFolder),
  };
}
