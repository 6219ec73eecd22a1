/** What reproductions/q-exact-regret.yaml says: the corridor, the data, and the critics that are compared. */
import { z } from "zod";
import { readYaml } from "../../src/files/read-yaml.js";
import { parseDeclared } from "../../src/requirement.js";
import { type CorridorModel, policyValues, uniformTable } from "./corridor-model.js";
import type { RegretSettings } from "./regret.js";

const setupShape = z.strictObject({
  title: z.string(),
  model: z.strictObject({ cells: z.int().min(1), discount: z.number(), exitReward: z.number() }),
  behaviour: z.strictObject({ step: z.number(), wait: z.number(), exit: z.number() }),
  recordedEpisodes: z.int(),
  onlineEpisodes: z.int().min(1),
  seeds: z.int().min(2),
  conservativeWeight: z.number(),
  actingTemperature: z.number(),
  critics: z.array(
    z.strictObject({
      label: z.string(),
      temperature: z.number(),
      reference: z.number().optional(),
      conservativeWeight: z.number().optional(),
    }),
  ),
});

export interface RegretSetup extends Pick<z.output<typeof setupShape>, "title" | "seeds" | "onlineEpisodes"> {
  readonly model: CorridorModel;
  /** The behaviour policy's probabilities, the same in every cell. */
  readonly behaviour: readonly number[];
  readonly critics: readonly { readonly label: string; readonly settings: Omit<RegretSettings, "seed"> }[];
}

export function readSetup(file: string): RegretSetup {
  const {
    behaviour,
    critics,
    conservativeWeight: commonWeight,
    actingTemperature,
    ...setup
  } = parseDeclared(setupShape, readYaml("The setup", file) ?? {}, "key", file);
  const { step, wait, exit } = behaviour;
  const { model, recordedEpisodes, onlineEpisodes } = setup;
  const common = { model, behaviour: [step, wait, exit], recordedEpisodes, onlineEpisodes };
  /** V^mu of a policy that steps on so often. */
  const reference = (share: number) => policyValues(model, uniformTable(model.cells, [share, 1 - exit - share, exit]));
  return {
    ...setup,
    behaviour: common.behaviour,
    critics: critics.map(({ label, temperature, reference: share, conservativeWeight: weight = commonWeight }) => {
      const critic = { weight, temperature, actingTemperature };
      return {
        label,
        settings: { ...common, critic: share === undefined ? critic : { ...critic, reference: reference(share) } },
      };
    }),
  };
}
