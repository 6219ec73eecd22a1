/**
 * `npm run serve-kills`: kills `calql serve` under load and looks for what its log lacks.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { killAgainAndAgain } from "./kills.js";
import { servedSizes, writePolicy } from "./policy.js";

export const serveKillsCommand = new Command("serve-kills")
  .description("SIGKILL calql serve at random moments under load: everything acknowledged must be in its log")
  .option("--kills <number>", "how often", "20")
  .option("--clients <number>", "clients at once", "32")
  .option("--seed <number>", "seed of the moments and of what clients do", "0")
  .action(async (flags: { readonly kills: string; readonly clients: string; readonly seed: string }) => {
    const place = mkdtempSync(join(tmpdir(), "calql-serve-kills-"));
    try {
      const policy = join(place, "policy.onnx");
      await writePolicy(policy);
      const result = await killAgainAndAgain({
        bin: fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url)),
        policy,
        observationSize: servedSizes.observationSize,
        folder: join(place, "served"),
        kills: numberOf(flags.kills, "--kills", { whole: true, least: 1 })!,
        clients: numberOf(flags.clients, "--clients", { whole: true, least: 1 })!,
        life: [0, 2000],
        seed: numberOf(flags.seed, "--seed", { whole: true })!,
      });
      const { kills, decisions, rewards, ends, torn, steps } = result;
      process.stdout.write(
        `${kills} kills: ${decisions} decisions, ${rewards} rewards and ${ends} ends of episodes were acknowledged, and all are in the log; ${torn} kills left a torn last line; the log reads as ${steps} steps\n`,
      );
    } finally {
      rmSync(place, { recursive: true });
    }
  });
