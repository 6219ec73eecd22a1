/**
 * From objectives to the one program that is an update: every loss is differentiated with respect to its own
 * parameters, all from the parameters before the update; then one Adam step each, then the targets follow the new
 * critics. The number of updates is part of the state.
 */
import { adam, polyak } from "../networks/adam.js";
import { gradientVector } from "../networks/parameters.js";
import { add, sqrt, square, state, sum } from "../tensor/operations.js";
import type { ProgramDefinition, StateDefinition } from "../tensor/program.js";
import { scope } from "../tensor/tensor.js";
import type { Losses, Objective } from "./losses.js";
import type { Model } from "./model.js";

export const UPDATES = "updates";

/** (state, batch, noise) -> (state', metrics) for an agent's losses. */
export function updateProgram(name: string, model: Model, losses: Losses): ProgramDefinition {
  const updates = state(UPDATES, []);
  const learned = losses.objectives.map((objective) => learn(model, objective));
  const critics = learned.find(({ objective }) => objective.parameters === model.critics.parameters);
  if (!critics) throw new Error(`The losses of ${name} do not teach the critics.`);
  const states: StateDefinition[] = [
    { current: updates, initial: new Float32Array(1), next: add(updates, 1) },
    ...learned.flatMap(({ states }) => states),
    polyak(model.targetCritics.parameters, critics.next, model.settings.polyakTau),
  ];
  const norms = learned.map(({ objective, norm }) => [`${normName(objective)}GradientNorm`, norm]);
  return { name, states, metrics: { ...losses.metrics, ...Object.fromEntries(norms) } };
}

function learn(model: Model, objective: Objective) {
  const { parameters, loss, learningRate } = objective;
  const { adamBeta1: beta1, adamBeta2: beta2, adamEpsilon: epsilon } = model.settings;
  const gradient = gradientVector(loss, parameters);
  const norm = scope(`gradientNorm/${parameters.name}`, () => sqrt(sum(square(gradient))));
  return { objective, norm, ...adam(parameters, gradient, learningRate, { beta1, beta2, epsilon }) };
}

/** "criticGradientNorm" for the ensemble "critics": metrics speak of what is learned in the singular. */
function normName({ parameters }: Objective): string {
  return parameters.name.replace(/s$/, "");
}
