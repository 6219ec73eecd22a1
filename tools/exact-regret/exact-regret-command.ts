/**
 * `npm run exact-regret`: CQL against Cal-QL where nothing is approximated: the regret of going online in a corridor
 * with an exit, split into its two parts, over many seeds.
 */
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { summarise } from "../../src/report/intervals.js";
import { optimalValues, policyValues, uniformTable } from "./corridor-model.js";
import { measureRegret, type Regret, type RegretSettings } from "./regret.js";
import type { CriticSettings } from "./tabular-critic.js";

const model = { cells: 20, discount: 0.97, exitReward: -25 };
/** Seven of ten steps lead on; the exit is in the data, but rare. */
const behaviour = [0.7, 0.28, 0.02];
const common = { model, behaviour, recordedEpisodes: 200, onlineEpisodes: 100 };
const weight = 1;
/** The backup is far from greedy, as that of a policy that cannot hit a narrow ridge; the one that acts is close to it. */
const [temperature, actingTemperature] = [5, 0.3];

/** V^mu of a policy that steps on so often, as reference. */
function reference(step: number): Float64Array {
  return policyValues(model, uniformTable(model.cells, [step, 0.98 - step, 0.02]));
}

const critics: readonly (readonly [string, CriticSettings])[] = [
  ["CQL, soft backup", { weight, temperature, actingTemperature }],
  ["Cal-QL, soft backup, V^mu of .5", { weight, temperature, actingTemperature, reference: reference(0.5) }],
  [
    "Cal-QL, soft backup, V^mu of .7 (the data's)",
    { weight, temperature, actingTemperature, reference: reference(0.7) },
  ],
  ["Cal-QL, soft backup, V^mu of .95", { weight, temperature, actingTemperature, reference: reference(0.95) }],
  ["CQL, greedy backup", { weight, temperature: 0, actingTemperature }],
  ["Cal-QL, greedy backup, V^mu of .7", { weight, temperature: 0, actingTemperature, reference: reference(0.7) }],
];

const columns: readonly (readonly [string, keyof Regret])[] = [
  ["regret", "regret"],
  ["V* - max Q", "miscalibration"],
  ["max Q - V^pi", "overestimation"],
  ["regret of the last", "last"],
  ["E_mu Q - V^mu at the switch", "belowBehaviour"],
];

export const exactRegretCommand = new Command("exact-regret")
  .description("the exact regret of CQL and Cal-QL in a tabular corridor, an episode, split into its two parts")
  .option("--seeds <number>", "seeds of each critic", "200")
  .action((flags: { readonly seeds: string }) => {
    const seeds = numberOf(flags.seeds, "--seeds", { whole: true, least: 2 })!;
    const rows = critics.map(([name, critic]) => [name, ...cells(regrets({ ...common, critic }, seeds))]);
    process.stdout.write(`V* ${optimalValues(model)[0]!.toFixed(2)}, V^mu ${reference(0.7)[0]!.toFixed(2)}, `);
    process.stdout.write(`exit ${model.exitReward}; means an episode over ${seeds} seeds, 95 % intervals\n`);
    process.stdout.write(textTable([["", ...columns.map(([heading]) => heading)], ...rows]));
  });

function regrets(settings: Omit<RegretSettings, "seed">, seeds: number): Regret[] {
  return Array.from({ length: seeds }, (_, seed) => measureRegret({ ...settings, seed }));
}

/** Sums over episodes become means of one. */
function cells(found: readonly Regret[]): string[] {
  return columns.map(([, key]) => {
    const each = key === "last" || key === "belowBehaviour" ? 1 : common.onlineEpisodes;
    const { mean, low, high } = summarise(found.map((one) => one[key] / each))!;
    return `${mean.toFixed(2)} (${low!.toFixed(2)} to ${high!.toFixed(2)})`;
  });
}
