/**
 * An update, written down step by step as its paper does: learn these losses, let that target follow. Each call takes
 * the networks as they stand after the calls before it; all gradients of one call are taken before any of its steps.
 * What comes out is one program: (state, batch, noise) -> (state', metrics).
 */
import { type AdamSettings, type AdamState, adam, adamState, adamStates, polyak } from "../networks/adam.js";
import { gradientVector, type Parameters, withNumbers } from "../networks/parameters.js";
import { add, sqrt, square, state, sum, where } from "../tensor/operations.js";
import type { ProgramDefinition, StateDefinition } from "../tensor/program.js";
import { scope, type Tensor } from "../tensor/tensor.js";
import type { Losses, Objective } from "./losses.js";

export const UPDATES = "updates";

/** An update under construction: what is learned and what follows, in the order of the calls. */
export class Update {
  private readonly learners = new Map<string, { readonly declared: Parameters; state: AdamState }>();
  private readonly followers = new Map<string, StateDefinition>();
  private readonly others: StateDefinition[] = [];
  private readonly latest = new Map<string, Parameters>();
  /** How many updates were made before this one (scalar): what schedules count. */
  readonly updates = state(UPDATES, []);
  private metrics: Readonly<Record<string, Tensor>> = {};

  constructor(private readonly settings: AdamSettings) {}

  /** The parameters as they stand now, for losses to be built on. */
  now(parameters: Parameters): Parameters {
    return this.latest.get(parameters.name) ?? parameters;
  }

  /**
   * One Adam step for every objective. The metrics are recorded; of equal names the last.
   * @param due a condition (scalar): where it does not hold, nothing is learned
   */
  learn({ objectives, metrics }: Losses, due?: Tensor): void {
    const gradients = objectives.map(({ loss, parameters }) => gradientVector(loss, parameters));
    const norms = objectives.map((objective, i) => [normName(objective), normOf(objective, gradients[i]!)]);
    this.metrics = { ...this.metrics, ...metrics, ...Object.fromEntries(norms) };
    objectives.forEach((objective, i) => {
      this.step(objective, gradients[i]!, due);
    });
  }

  /** target + tau·(online - target) with the online network as it stands now. */
  follow(target: Parameters, online: Parameters, tau: number, due?: Tensor): void {
    const before = this.now(target);
    const followed = polyak(before, this.now(online).flat, tau);
    const next = due ? where(due, followed, before.flat) : followed;
    this.followers.set(target.name, { current: target.flat, initial: target.initial, next });
    this.latest.set(target.name, withNumbers(target, next));
  }

  /** Keeps a number of the agent's own: a counter, say. */
  keep(definition: StateDefinition): void {
    this.others.push(definition);
  }

  program(name: string): ProgramDefinition {
    const { updates } = this;
    const states: StateDefinition[] = [
      { current: updates, initial: new Float32Array(1), next: add(updates, 1) },
      ...[...this.learners.values()].flatMap(({ declared, state }) => adamStates(declared, state)),
      ...this.followers.values(),
      ...this.others,
    ];
    return { name, states, metrics: this.metrics, checks: this.parameterSums() };
  }

  /**
   * The sum of every learner's new numbers, not finite if one of them is not: one pass over what Adam has just written.
   * Gradients have their norms among the metrics.
   */
  private parameterSums(): Readonly<Record<string, Tensor>> {
    const sums = [...this.learners].map(([learner, { state }]) => {
      const name = `parameterSum/${learner}`;
      return [name, scope(name, () => sum(state.numbers, [0], true))] as const;
    });
    return Object.fromEntries(sums);
  }

  private step({ parameters, learningRate }: Objective, gradient: Tensor, due: Tensor | undefined): void {
    const { name } = parameters;
    const learner = this.learners.get(name) ?? { declared: parameters, state: adamState(parameters) };
    learner.state = scope(`adam/${name}`, () => {
      const next = adam(learner.state, gradient, learningRate, this.settings);
      return due ? chosen(due, next, learner.state) : next;
    });
    this.learners.set(name, learner);
    this.latest.set(name, withNumbers(learner.declared, learner.state.numbers));
  }
}

function chosen(due: Tensor, next: AdamState, before: AdamState): AdamState {
  return {
    numbers: where(due, next.numbers, before.numbers),
    firstMoment: where(due, next.firstMoment, before.firstMoment),
    secondMoment: where(due, next.secondMoment, before.secondMoment),
    steps: where(due, next.steps, before.steps),
  };
}

function normOf({ parameters }: Objective, gradient: Tensor): Tensor {
  return scope(`gradientNorm/${parameters.name}`, () => sqrt(sum(square(gradient))));
}

/** "criticGradientNorm" for the ensemble "critics": metrics speak of what is learned in the singular. */
function normName({ parameters }: Objective): string {
  return `${parameters.name.replace(/s$/, "")}GradientNorm`;
}
