/**
 * `calql serve`: a policy at work behind HTTP, whose decisions and rewards become the next data set.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { fileReason, UsageError } from "../errors.js";
import { logFile } from "../server/recover.js";
import { serve } from "../server/serve.js";
import { importForRun } from "./imports.js";
import { untilInterrupted } from "./interrupts.js";
import { numberOf } from "./numbers.js";

interface ServeFlags {
  readonly host: string;
  readonly port: string;
  readonly log: string;
  readonly sync?: boolean;
  readonly stochastic?: boolean;
  readonly epsilon: string;
  readonly seed?: string;
  readonly shadow?: string;
  readonly canary?: string;
  readonly share?: string;
  readonly tokenFile?: string;
  readonly allowOrigin: string[];
  readonly mostBytes: string;
  readonly rate: string;
  readonly idle: string;
  readonly lookEvery: string;
}

export function defineServe(command: Command): void {
  command
    .argument("<policy>", "run folder, whose best evaluated state is served, also while it is at work; or an ONNX file")
    .option("--host <name>", "address to listen at; all but this machine's own need a token", "127.0.0.1")
    .option("--port <number>", "port to listen at; 0 takes any that is free", "8787")
    .option(
      "--log <folder>",
      `folder of the log, ${logFile}, which calql data and train read; it is gone on with`,
      "served",
    )
    .option("--sync", "put every line on the disk before it is acknowledged: for power failures; a kill loses nothing")
    .option("--stochastic", "draw actions, with their probability or density in the answer (default: the best one)")
    .option("--epsilon <share>", "of discrete actions that are drawn: how many are random", "0.1")
    .option("--seed <number>", "seed of what is drawn (default: another one every time)")
    .option("--shadow <policy>", "second policy that is asked as well; its choices are only logged")
    .option("--canary <policy>", "second policy that decides in a share of the episodes, until it earns less")
    .option("--share <percent>", "that share (default: 5%)")
    .option("--token-file <file>", "file with the token that requests must bring (or the variable CALQL_TOKEN)")
    .option("--allow-origin <origin>", "web page whose scripts may ask; may be repeated", collect, [])
    .option("--most-bytes <number>", "largest body of a request", String(2 ** 20))
    .option("--rate <number>", "most requests a second from one address", "20000")
    .option("--idle <seconds>", "end episodes as truncated of which nothing was heard for so long", "86400")
    .option("--look-every <seconds>", "how often to look for newer policies", "1")
    .action(serveUntilInterrupted);
}

async function serveUntilInterrupted(policy: string, flags: ServeFlags): Promise<void> {
  for (const path of [policy, flags.shadow, flags.canary])
    if (path !== undefined && statSync(path, { throwIfNoEntry: false })?.isDirectory())
      await importForRun(path, `calql serve ${path}`);
  const server = await serve({ ...optionsOf(flags), policy, onNotice: (sentence) => say(sentence) });
  const { team } = server.service;
  await untilInterrupted(
    () => say("ending: requests that are under way are answered (again to end at once)"),
    (signal) => {
      process.stdout.write(
        `serving ${policy} (${team.main.version}) at ${server.url}; log: ${join(flags.log, logFile)}\n`,
      );
      return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
  );
  await server.close();
}

function optionsOf(flags: ServeFlags) {
  const seed = numberOf(flags.seed, "--seed", { whole: true });
  const seconds = (text: string, flag: string) => 1000 * numberOf(text, flag, { least: 0.01, most: 1e6 })!;
  const token = tokenOf(flags.tokenFile);
  return {
    host: flags.host,
    port: numberOf(flags.port, "--port", { whole: true, least: 0, most: 65_535 })!,
    log: flags.log,
    sync: flags.sync ?? false,
    stochastic: flags.stochastic ?? false,
    epsilon: numberOf(flags.epsilon, "--epsilon", { least: 0, most: 1 })!,
    ...(seed !== undefined && { seed }),
    shadow: flags.shadow,
    ...canaryOf(flags),
    ...(token !== undefined && { token }),
    origins: flags.allowOrigin,
    mostBytes: numberOf(flags.mostBytes, "--most-bytes", { whole: true, least: 1, most: 2 ** 28 })!,
    rate: numberOf(flags.rate, "--rate", { least: 1 })!,
    idleAfter: seconds(flags.idle, "--idle"),
    lookEvery: seconds(flags.lookEvery, "--look-every"),
  };
}

/** @throws UsageError for a share of nothing */
function canaryOf({ canary, share }: ServeFlags) {
  if (canary !== undefined) return { canary: { policy: canary, share: shareOf(share ?? "5%") } };
  if (share === undefined) return {};
  throw new UsageError("The flag --share says how much a second policy decides; name that policy with --canary.");
}

/** "5%" is 0.05. @throws UsageError */
function shareOf(text: string): number {
  const percent = Number(text.replace(/\s*%$/, "") || Number.NaN);
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw new UsageError(`The flag --share is "${text}"; give percents from 0 to 100, such as 5%.`);
}

/** From a file or the environment: what stands on a command line, other users of the machine can read. */
function tokenOf(file: string | undefined): string | undefined {
  if (file === undefined) return process.env.CALQL_TOKEN || undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new UsageError(`The token cannot be read from ${file}: ${fileReason(error)}. Name a file that holds it.`);
  }
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
