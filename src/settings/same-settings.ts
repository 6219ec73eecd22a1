/**
 * Whether two runs have the same settings: a run resumes only with those that it was started with.
 */
import type { z } from "zod";
import { actorCriticSettings } from "../agents/settings.js";
import { runSettings, withNamesOfToday } from "./settings.js";

/** Resolved settings by name, as a run records them. */
export type RecordedSettings = Readonly<Record<string, unknown>>;

/** The settings of a state: what a checkpoint holds of them, and what an older one does not know, as config.json has it. */
export function settingsAt(saved: RecordedSettings, config: RecordedSettings): RecordedSettings {
  return { ...config, ...withNamesOfToday(saved) };
}

/** A setting that differs, with its recorded value and that of now; null where it has none. */
export interface DifferingSetting {
  readonly name: string;
  readonly was: unknown;
  readonly is: unknown;
}

/** The first setting that is another one now than was recorded, by whatever name; undefined where all agree. */
export function differingSetting(before: RecordedSettings, now: RecordedSettings): DifferingSetting | undefined {
  const recorded = withNamesOfToday(before);
  const names = [...new Set([...Object.keys(now), ...Object.keys(recorded)])];
  const was = (key: string) => (key === "online" ? filled(recorded[key], now[key]) : recordedIn(recorded, key));
  const name = names.find((key) => !same(now[key], was(key)));
  return name === undefined ? undefined : { name, was: was(name) ?? null, is: now[name] ?? null };
}

/** What a setting may not have been yet: one of the run, or one that agents share. */
const declared: Readonly<Record<string, z.ZodType>> = { ...actorCriticSettings.shape, ...runSettings.shape };

/** A setting that did not exist yet was what its default says. */
function recordedIn(recorded: RecordedSettings, name: string): unknown {
  return name in recorded || !(name in declared) ? recorded[name] : declared[name]!.safeParse(undefined).data;
}

/** The same for the settings of the online phase, which are a record of their own, in the order of those of now. */
function filled(recorded: unknown, now: unknown): unknown {
  if (!isRecord(recorded) || !isRecord(now)) return recorded;
  const names = [...new Set([...Object.keys(now), ...Object.keys(recorded)])];
  return Object.fromEntries(names.map((name) => [name, recordedIn(recorded, name)]));
}

function isRecord(value: unknown): value is RecordedSettings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As JSON would keep them; one that is not there is none. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
