/**
 * The details of a report: how each run ended and how long it took, from which data and on what machine, and with
 * which settings.
 */
import type { Run } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import { doctorWarning } from "./doctor-table.js";
import { count, duration, fixed, missing, settingText } from "./format.js";
import { labelOf, lastNameIn, type RunGroup, seedOf, type UnrecordedRun } from "./groups.js";
import { type Html, html } from "./html.js";

/** Settings in which runs of one agent may differ and still be averaged. */
const incidental = new Set(["seed", "out", "output", "folder"]);

const NOTICES = 5;

/**
 * What a reader must know before the numbers: runs that did not complete, and runs that should not be averaged.
 * @param unrecorded what is known of the runs without a summary; the others' own summaries say it
 */
export function warnings(groups: readonly RunGroup[], unrecorded: readonly UnrecordedRun[] = []): Html | undefined {
  const known = new Set(unrecorded.map(({ label, seed }) => `${label}, seed ${seed}`));
  const incomplete = groups.flatMap((group) => group.runs.filter(isIncomplete));
  const ends = incomplete.filter((run) => !known.has(nameOf(run))).map(endSentence);
  const noticed = groups.flatMap((group) => [...doctorWarning(group), ...group.runs.flatMap(noticeSentences)]);
  const sentences = [...ends, ...unrecorded.map(unrecordedSentence), ...noticed, ...groups.flatMap(mixtureSentence)];
  return sentences.length === 0
    ? undefined
    : html`<ul class="warnings" role="note">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

export function endingsTable(runs: readonly Run[]): Html {
  const headings = [
    "run",
    "ended",
    "updates",
    "online steps",
    "online episodes",
    "took",
    "checkpoints",
    "offline updates/s",
    "online updates/s",
  ];
  return html`<table class="wide">
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${runs.map(endingRow)}</tbody>
</table>`;
}

/** Data and machines: what is the same for all runs stands once. */
export function originTable(runs: readonly Run[]): Html {
  const machine = ({ config: { hardware: h } }: Run) =>
    `${h.processor}, ${h.cores} ${h.cores === 1 ? "core" : "cores"}, ${fixed(h.memoryGiB, 0)} GiB; ${h.platform}; Node ${h.node}`;
  const rows: [string, (run: Run) => string][] = [
    ["data", (run) => run.config.dataset.source],
    ["recorded", ({ config: { dataset: d } }) => recordedText(d)],
    ["sizes", ({ config: { dataset: d } }) => `observation ${d.observationSize}, action ${d.actionSize}`],
    ["hardware", machine],
    ["program", (run) => `calql ${run.config.calqlVersion}`],
    ["started", (run) => startedText(run.config.startedAt)],
  ];
  return html`<table class="pairs"><tbody>
${rows.map(([name, read]) => html`<tr><th scope="row">${name}</th><td>${distinct(runs.map(read)).join(" · ")}</td></tr>`)}
</tbody></table>`;
}

function recordedText({ episodes, steps, heldOut }: Run["config"]["dataset"]): string {
  const learned = `${count(episodes)} episodes, ${count(steps)} steps`;
  if (!heldOut) return learned;
  return `${learned}, and held out to judge by ${count(heldOut.episodes)} episodes, ${count(heldOut.steps)} steps`;
}

/** Every setting; those in which the agents differ first, side by side. */
export function settingsTables(groups: readonly RunGroup[]): Html {
  const all = distinct(groups.flatMap((group) => group.runs.flatMap((run) => Object.keys(run.config.settings))));
  // A label stands over its column already.
  const names = all.filter((name) => name !== "label");
  const differing = names.filter((name) => distinct(groups.map((group) => valuesText(group, name))).length > 1);
  const common = names.filter((name) => !differing.includes(name));
  const compared = html`<table class="compared">
<thead><tr><th scope="col">differs</th>${groups.map((group) => html`<th scope="col">${group.label}</th>`)}</tr></thead>
<tbody>${differing.map(
    (name) => html`<tr><th scope="row">${name}</th>${groups.map((g) => html`<td>${valuesText(g, name)}</td>`)}</tr>`,
  )}</tbody>
</table>`;
  return html`${differing.length > 0 && compared}
<div class="columns">${inColumns(common, 3).map(
    (column) =>
      html`<table class="pairs"><tbody>${column.map(
        (name) => html`<tr><th scope="row">${name}</th><td>${valuesText(groups[0]!, name)}</td></tr>`,
      )}</tbody></table>`,
  )}</div>`;
}

function isIncomplete(run: Run): boolean {
  return run.summary?.status !== "completed";
}

function endSentence(run: Run): string {
  const name = nameOf(run);
  if (run.summary === undefined) return `${name} has no summary: it is still running, or it was killed.`;
  const { status, updates, onlineSteps, reason } = run.summary;
  const where = `after ${count(updates)} updates and ${count(onlineSteps)} online steps`;
  return `${name} ${status === "failed" ? "failed" : "was interrupted"} ${where}${reason ? `: ${reason}` : "."}`;
}

function unrecordedSentence({ label, seed, status, reason }: UnrecordedRun): string {
  return `${label}, seed ${seed} ${status === "not run" ? "was not run" : status}${reason ? `: ${reason}` : ""}.`;
}

/** What was noticed while the run went on; the first few, because a bad environment may fail a thousand times. */
function noticeSentences(run: Run): string[] {
  const notices = run.notices.filter(({ kind }) => kind !== "switch"); // doctorWarning says these of all runs together
  const shown = notices.slice(0, NOTICES).map(({ notice }) => `${nameOf(run)}: ${notice}`);
  const more = notices.length - shown.length;
  return more > 0 ? [...shown, `${nameOf(run)}: ${count(more)} more in ${runFiles.notices}.`] : shown;
}

function nameOf(run: Run): string {
  return `${labelOf(run)}, seed ${seedOf(run)}`;
}

function mixtureSentence(group: RunGroup): string[] {
  const names = distinct(group.runs.flatMap((run) => Object.keys(run.config.settings)));
  const mixed = names.filter((name) => !incidental.has(name) && valuesOf(group, name).length > 1);
  if (mixed.length === 0) return [];
  const which = mixed.map((name) => `${name} (${valuesOf(group, name).join(", ")})`).join("; ");
  return [`The runs of ${group.label} differ in more than their seed, and their mean mixes them: ${which}.`];
}

function endingRow(run: Run): Html {
  const { summary } = run;
  const last = [...run.metrics, ...run.evaluations].at(-1);
  const rate = (value: number | undefined) => (value ? fixed(value, 1) : missing);
  const cells = [
    summary?.status ?? "no summary",
    count(summary?.updates ?? last?.updates ?? 0),
    count(summary?.onlineSteps ?? last?.onlineSteps ?? 0),
    summary ? count(summary.onlineEpisodes) : missing,
    duration(summary?.seconds ?? last?.seconds ?? 0),
    checkpointShare(run),
    rate(summary?.offlineUpdatesPerSecond),
    rate(summary?.onlineUpdatesPerSecond),
  ];
  const name = html`${nameOf(run)} <small>${lastNameIn(run.folder)}</small>`;
  return html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
}

/** Of the time that the run took. */
function checkpointShare({ summary }: Run): string {
  if (summary?.checkpointSeconds === undefined || summary.seconds === 0) return missing;
  return `${fixed((100 * summary.checkpointSeconds) / summary.seconds, 1)} %`;
}

function startedText(started: string): string {
  return started.replace("T", " ").replace(/(:\d\d):\d\d(\.\d+)?Z$/, "$1 UTC");
}

function valuesOf(group: RunGroup, name: string): string[] {
  return distinct(group.runs.map((run) => settingText(run.config.settings[name])));
}

function valuesText(group: RunGroup, name: string): string {
  return valuesOf(group, name).join(" / ");
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function inColumns(names: readonly string[], columns: number): string[][] {
  const height = Math.ceil(names.length / columns);
  return Array.from({ length: columns }, (_, i) => names.slice(i * height, (i + 1) * height)).filter(
    (c) => c.length > 0,
  );
}
