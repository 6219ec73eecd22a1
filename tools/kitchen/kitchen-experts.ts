/**
 * `npm run kitchen-experts`: how often the kitchen's scripted expert completes each element alone, and the four elements of
 * the tasks one after the other within an episode, and after how many steps; the tables of docs/kitchen.md.
 */
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { allElements, type Element, taskElements } from "../../src/environments/kitchen/elements.js";
import { tryExpert } from "../../src/environments/kitchen/trial.js";
import { type Frame, filmStrip, makeFrame } from "../../src/rendering/frame.js";
import { encodePng } from "../../src/rendering/png.js";

/** Steps for an element alone, and for four: an episode. */
const [alone, episode] = [200, 280];

/** A row of the table: how many runs did all, and when the last of the elements was complete. */
function row(name: string, elements: readonly Element[], seeds: number, limit: number): string[] {
  const trials = Array.from({ length: seeds }, (_, seed) => tryExpert(elements, seed, limit));
  const all = trials.filter(({ counted }) => counted.size === elements.length);
  const last = all.map(({ counted }) => Math.max(...counted.values()));
  const steps = last.length === 0 ? "-" : `${Math.min(...last)} to ${Math.max(...last)}`;
  const retries = trials.reduce((sum, trial) => sum + trial.retries, 0);
  return [name, `${all.length} of ${seeds}`, steps, String(retries)];
}

/** A film strip of an episode in which the four elements of kitchen-mixed are completed: a frame of 240 pixels every 36 steps. */
function strip(): Frame {
  const frames: Frame[] = [];
  tryExpert(taskElements["kitchen-mixed"], 0, episode, (environment, _, step) => {
    if (step % 36 !== 0) return;
    const frame = makeFrame(240, 240);
    environment.render(frame);
    frames.push(frame);
  });
  return filmStrip(frames, 4);
}

export const kitchenExpertsCommand = new Command("kitchen-experts")
  .description(
    "how often the kitchen's scripted expert completes each element, and the four of a task within 280 steps",
  )
  .option("--seeds <number>", "runs of each element alone", "4")
  .option("--chains <number>", "runs of the four elements of a task", "6")
  .option("--strip <file>", "write a film strip of an episode of kitchen-mixed (.png), and no table")
  .action((flags: { readonly seeds: string; readonly chains: string; readonly strip?: string }) => {
    if (flags.strip !== undefined) return writeFileSync(flags.strip, encodePng(strip()));
    const seeds = numberOf(flags.seeds, "--seeds", { whole: true, least: 1 })!;
    const chains = numberOf(flags.chains, "--chains", { whole: true, least: 1 })!;
    const rows = [
      ...allElements.map((element) => row(element, [element], seeds, alone)),
      ...(["kitchen-partial", "kitchen-mixed"] as const).map((task) => row(task, taskElements[task], chains, episode)),
    ];
    process.stdout.write(textTable([["elements", "complete", "after steps", "retries"], ...rows]));
  });
