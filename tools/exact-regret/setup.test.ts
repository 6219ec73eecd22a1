/** What the file says reaches the critics: V^mu of the shares that it names, and weights of their own. */
import { expect, it } from "vitest";
import { policyValues, uniformTable } from "./corridor-model.js";
import { readSetup } from "./setup.js";

const { model, behaviour, critics, seeds } = readSetup("reproductions/q-exact-regret.yaml");
const named = (label: string) => critics.find((critic) => critic.label === label)!.settings.critic;

it("names critics by their backup, weight and reference", () => {
  expect([behaviour, seeds]).toEqual([[0.7, 0.28, 0.02], 200]);
  expect(named("CQL, soft backup")).toEqual({ weight: 1, temperature: 5, actingTemperature: 0.3 });
  expect(named("no term, greedy backup")).toMatchObject({ weight: 0, temperature: 0 });
  expect(named("Cal-QL, soft backup, V^mu of .95, weight 5").weight).toBe(5);
});

it("takes as reference the values of a policy that steps on so often and leaves as often as the data", () => {
  const values = policyValues(model, uniformTable(model.cells, [0.95, 0.03, 0.02]));
  const { reference } = named("Cal-QL, soft backup, V^mu of .95");
  for (const [cell, value] of values.entries()) expect(reference![cell]).toBeCloseTo(value, 12);
  expect(values[0]).toBeCloseTo(-19.05, 2);
});
