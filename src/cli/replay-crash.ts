/**
 * `calql replay-crash`: repeats the update that ended a run, from the crash bundle that it left.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { Symptom } from "../agents/crash.js";
import { readCrashBundle, replayCrash } from "../runs/crash-bundle.js";
import { runFiles } from "../runs/record.js";
import { importForRun } from "./imports.js";

export function defineReplayCrash(command: Command): void {
  command.argument("<run>", "run folder, or its crash-N.safetensors").action(async (place: string) => {
    const crash = readCrashBundle(place);
    // A bundle may have been taken out of its folder.
    const folder = place.endsWith(".safetensors") ? dirname(place) : place;
    if (existsSync(join(folder, runFiles.config))) await importForRun(folder, `calql replay-crash ${place}`);
    const { symptoms } = await replayCrash(crash);
    const same = namesOf(symptoms) === namesOf(crash.symptoms);
    const update = `update ${crash.updates + 1} of ${crash.agent}`;
    const now = symptoms.length === 0 ? "everything is finite" : wordsOf(symptoms);
    const then = same ? "" : `; it was ${wordsOf(crash.symptoms)}`;
    process.stdout.write(`${same ? "the same failure" : "not the same failure"}: ${update}: ${now}${then}\n`);
    process.exitCode = same ? 0 : 1;
  });
}

function namesOf(symptoms: readonly Symptom[]): string {
  return symptoms.map(({ name }) => name).join(", ");
}

function wordsOf(symptoms: readonly Symptom[]): string {
  return symptoms.map(({ name, value }) => `${name} = ${value}`).join(", ");
}
