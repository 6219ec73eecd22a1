/**
 * A policy server that is killed again and again under load: is everything in its log that was acknowledged, and does
 * the next server go on where it was?
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decisionId, type ServedLine } from "../../src/data/formats/served/served-lines.js";
import { readDataset } from "../../src/data/storage/open-dataset.js";
import { RunFailure } from "../../src/errors.js";
import { RandomStream } from "../../src/random.js";
import { type Decision, PolicyClient } from "../../src/server/client.js";
import { logFile } from "../../src/server/recover.js";
import { start } from "./started.js";

export interface KillOptions {
  /** The command line's file. */
  readonly bin: string;
  /** An ONNX file whose observations are vectors of this size. */
  readonly policy: string;
  readonly observationSize: number;
  readonly folder: string;
  readonly kills: number;
  readonly clients: number;
  /** A server lives between these two, in milliseconds after the first decision that it acknowledged. */
  readonly life: readonly [number, number];
  readonly seed: number;
}

/** What was acknowledged, by the names of decisions and episodes. */
interface Acknowledged {
  readonly decisions: Map<string, Decision>;
  readonly rewards: Map<string, number>;
  readonly ends: Set<string>;
}

export interface KillResult {
  readonly kills: number;
  readonly decisions: number;
  readonly rewards: number;
  readonly ends: number;
  /** Kills that left a torn last line. */
  readonly torn: number;
  /** Steps that the log gives as a data set. */
  readonly steps: number;
}

/** @throws RunFailure for whatever was acknowledged and is not in the log */
export async function killAgainAndAgain(options: KillOptions): Promise<KillResult> {
  const random = new RandomStream(options.seed, "kills");
  const known: Acknowledged = { decisions: new Map(), rewards: new Map(), ends: new Set() };
  const path = join(options.folder, logFile);
  let torn = 0;
  for (let kill = 0; kill < options.kills; kill++) {
    const { port, stop } = await start([options.bin, "serve", options.policy, "--port", "0", "--log", options.folder]);
    const url = `http://127.0.0.1:${port}`;
    await goOn(url, known);
    const before = known.decisions.size;
    const clients = Array.from({ length: options.clients }, (_, i) => visit(url, `${kill}-${i}`, options, known));
    while (known.decisions.size === before) await pause(1);
    const [least, most] = options.life;
    await pause(least + random.uniform() * (most - least));
    await stop("SIGKILL");
    await Promise.all(clients);
    torn += check(readFileSync(path, "utf8"), known);
  }
  const { episodes } = await readDataset(path);
  const steps = episodes.reduce((sum, { length }) => sum + length, 0);
  const { decisions, rewards, ends } = known;
  return { kills: options.kills, decisions: decisions.size, rewards: rewards.size, ends: ends.size, torn, steps };
}

/** The newest decision without a reward, of an episode that has not ended, gets one from the server that came after. */
async function goOn(url: string, { decisions, rewards, ends }: Acknowledged): Promise<void> {
  const open = [...decisions.values()].findLast(
    ({ decision, episode }) => !rewards.has(decision) && !ends.has(episode),
  );
  if (open === undefined) return;
  try {
    await new PolicyClient(url).reward(open, 0.5);
  } catch (error) {
    // What was written, but not acknowledged before the kill, the new server knows.
    if (!/has ended|has the reward/.test(String(error))) throw error;
    return;
  }
  rewards.set(open.decision, 0.5);
}

/** One client: episodes one after the other, until the server is gone. */
async function visit(url: string, name: string, options: KillOptions, known: Acknowledged): Promise<void> {
  const client = new PolicyClient(url, { retries: 0 });
  const random = new RandomStream(options.seed, name);
  try {
    for (let count = 0; ; count++) {
      const episode = `${name}-${count}`;
      for (let steps = 1 + random.integer(5); steps > 0; steps--) {
        const observation = Array.from({ length: options.observationSize }, () => random.normal());
        const decision = await client.act(observation, { episode, stochastic: true });
        known.decisions.set(decision.decision, decision);
        const reward = random.normal();
        await client.reward(decision, reward);
        known.rewards.set(decision.decision, reward);
      }
      await client.end(episode);
      known.ends.add(episode);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // of fetch: the connection broke
  }
}

/** @returns 1 where the last line is torn, else 0; @throws RunFailure where something is missing */
function check(log: string, { decisions, rewards, ends }: Acknowledged): number {
  const lines = log.split("\n");
  const last = lines.pop();
  const logged = {
    decisions: new Map<string, ServedLine>(),
    rewards: new Map<string, number>(),
    ends: new Set<string>(),
  };
  for (const text of lines) {
    const line = JSON.parse(text) as ServedLine;
    if (line.kind === "decision") logged.decisions.set(decisionId(line.episode, line.step), line);
    if (line.kind === "reward") logged.rewards.set(line.decision, line.reward);
    if (line.kind === "end") logged.ends.add(line.episode);
  }
  for (const [name, { action, propensity, policy }] of decisions) {
    const line = logged.decisions.get(name);
    const same = line?.kind === "decision" && line.propensity === propensity && line.policy === policy;
    if (!same || JSON.stringify(line.action) !== JSON.stringify(action)) throw missing(`decision ${name}`);
  }
  for (const [name, reward] of rewards) if (logged.rewards.get(name) !== reward) throw missing(`reward of ${name}`);
  for (const name of ends) if (!logged.ends.has(name)) throw missing(`end of ${name}`);
  return last === "" ? 0 : 1;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function missing(what: string): RunFailure {
  return new RunFailure(`The ${what} was acknowledged and is not in the log.`);
}
