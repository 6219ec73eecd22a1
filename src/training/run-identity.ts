/**
 * What tells a run that is recorded in memory from another: a result that is the same to the bit needs the same settings
 * and data. Runs in folders have their own (runs/saved-run.ts), with a SHA-256 that only Node gives everywhere.
 */
import { DataError, UsageError } from "../errors.js";
import { shown } from "../requirement.js";
import type { Configuration } from "../settings/configuration.js";
import { differingSetting, type RecordedSettings } from "../settings/same-settings.js";
import type { LearningData } from "./learning-data.js";

export interface RunIdentity {
  /** Resolved. */
  readonly settings: RecordedSettings;
  /** A number of the recorded data's bytes, in hexadecimal. */
  readonly data: string;
}

export function runIdentity({ flat }: Configuration, data: LearningData): RunIdentity {
  return { settings: flat, data: checksumOf(data.identity()) };
}

/** @throws UsageError for other settings than a record was begun with; DataError for other data */
export function refuseOtherIdentity(before: RunIdentity, now: RunIdentity): void {
  const other = differingSetting(before.settings, now.settings);
  if (other)
    throw new UsageError(
      `The record is of a run with other settings: its ${other.name} is ${shown(other.was)}, now it is ${shown(other.is)}. Give the settings that it was begun with, or train without a record.`,
    );
  if (before.data !== now.data)
    throw new DataError(
      "The recorded data are not those that the run in the record began with; give those, or train without a record.",
    );
}

/** 64 bits, from FNV-1a and a rotating variant of it: against mistakes, not against anybody who wants to deceive. */
function checksumOf(arrays: readonly ArrayBufferView[]): string {
  let [one, other] = [0x811c9dc5, 0x9e3779b9];
  for (const { buffer, byteOffset, byteLength } of arrays) {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    for (let i = 0; i < byteLength; i++) {
      one = Math.imul(one ^ bytes[i]!, 0x01000193);
      other = Math.imul(other ^ bytes[i]!, 0x85ebca6b);
      other = (other << 13) | (other >>> 19);
    }
  }
  return [one, other].map((bits) => (bits >>> 0).toString(16).padStart(8, "0")).join("");
}
