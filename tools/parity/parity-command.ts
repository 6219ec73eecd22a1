/**
 * `npm run parity`: replays recordings of reference implementations and prints the deviations.
 */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { DataError, fileReason } from "../../src/errors.js";
import {
  beyondTolerance,
  LOSS_TOLERANCE,
  PARAMETER_TOLERANCE,
  type ParityResult,
  parseRecording,
  replayRecording,
} from "./parity.js";
import { isReturnsRecording, replayReturns } from "./returns-parity.js";

export const parityCommand = new Command("parity")
  .description("replay recordings of reference implementations; exit code 1 beyond the tolerances")
  .argument("<files...>", "recordings (JSON)")
  .action(async (files: string[]) => {
    let failed = 0;
    for (const file of files) failed += (await replay(file)) ? 0 : 1;
    process.stdout.write(`${files.length - failed} of ${files.length} recordings reproduced\n`);
    if (failed > 0) process.exitCode = 1;
  });

/** Prints one recording's deviations and tells whether it is reproduced. */
async function replay(file: string): Promise<boolean> {
  const content = readJson(file);
  const result = isReturnsRecording(content)
    ? replayReturns(content, file)
    : await replayRecording(parseRecording(content, file), file);
  const beyond = beyondTolerance(result);
  process.stdout.write(
    `${formatResult(file, result)}${beyond.length === 0 ? "  reproduced" : `  BEYOND: ${beyond.join(", ")}`}\n\n`,
  );
  return beyond.length === 0;
}

function formatResult(file: string, { algorithm, steps, losses, parameters }: ParityResult): string {
  const row = ([name, deviation]: [string, number]) => `    ${name.padEnd(20)} ${deviation.toExponential(1)}\n`;
  const section = (title: string, rows: ReadonlyMap<string, number>) =>
    rows.size === 0 ? "" : `  ${title}\n${[...rows].map(row).join("")}`;
  return (
    `${file}: ${algorithm}, ${steps} steps\n` +
    section(
      `largest relative deviation of losses and means (absolute / 0.01 where smaller; bound ${LOSS_TOLERANCE})`,
      losses,
    ) +
    section(`largest absolute deviation of parameters (bound ${PARAMETER_TOLERANCE})`, parameters)
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new DataError(`The recording ${file} cannot be read: ${fileReason(error)}. Give a JSON file.`);
  }
}
