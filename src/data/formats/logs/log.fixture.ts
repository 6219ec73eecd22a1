/**
 * Short logs for tests: rows of an episode as JSON lines, and what is read from them; and the logs that
 * fixtures/formats/write_logs.py wrote with Python.
 */
import { readFileSync } from "node:fs";
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import type { ExpectedEpisode } from "../../containers/tables.fixture.js";
import { type Dataset, stateOf } from "../../episode.js";
import { loadDataset } from "../../episode-source.js";
import type { DatasetFormat, ReadOptions } from "../format.js";
import { jsonLinesFormat } from "../formats.js";

/** Reads a text as a log. */
export async function readText(text: string, options: ReadOptions = {}, format: DatasetFormat = jsonLinesFormat) {
  return loadDataset(await format.open(filesInMemory("log", new TextEncoder().encode(text)), options));
}

/** Reads rows as lines of JSON. */
export function readRows(rows: readonly object[], options: ReadOptions = {}): Promise<Dataset> {
  return readText(rows.map((row) => JSON.stringify(row)).join("\n"), options);
}

/** A row whose numbers tell its step; its reward is 1 more than its step. */
export function logRow(episode: unknown, step: number, more: object = {}): object {
  return { episode, step, observation: [step, 0.5], action: [-step], reward: step + 1, ...more };
}

/** Two episodes of three rows, the first of which ends where the mark says. */
export const marked = (more: (last: boolean) => object, second = more) => [
  ...[0, 1, 2].map((step) => logRow("a", step, more(step === 2))),
  ...[0, 1, 2].map((step) => logRow("b", step, second(step === 2))),
];

/** What an episode comes to: its rewards, whether the task ended it, and its last observation's first number. */
export function summaryOf({ episodes }: Pick<Dataset, "episodes">) {
  return episodes.map((episode) => ({
    rewards: [...episode.rewards],
    terminated: episode.terminated.at(-1) === 1,
    last: stateOf(episode.observations).at(-2),
  }));
}

/** What was left out, as "3 because ... (line 4)", and what was assumed. */
export function notesOf({ notes = [] }: Pick<Dataset, "notes">): string[] {
  return notes.map(({ text, leftOut, example }) => (leftOut > 0 ? `${leftOut} ${text} (${example})` : text));
}

const folder = new URL("../../../../fixtures/formats/logs/", import.meta.url);

/** A file that Python wrote. */
export function logFile(name: string): DataFiles {
  return filesInMemory(name, new Uint8Array(readFileSync(new URL(name, folder))));
}

/** What Python says is in them. */
export const expectedLogs = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Readonly<
  Record<"episodes" | "bandit" | "rllib", readonly ExpectedEpisode[]>
>;
