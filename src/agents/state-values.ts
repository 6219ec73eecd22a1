/**
 * What an agent's critics say of its own policy in given states: Q(s, pi(s)) of the deterministic action, by a small
 * program that is fed with the weights as they stand.
 */
import { type Observations, partColumn } from "../data/columns.js";
import { allMembers } from "../networks/parameters.js";
import { networksOf } from "../networks/policy.js";
import { compile, type Program } from "../tensor/program.js";
import { observationsInput, type Sizes } from "./context.js";
import type { DeclaredAgent } from "./definition.js";

export class StateValues {
  private constructor(private readonly program: Program) {}

  /** For so many states at a time; undefined where the agent has no critics. */
  static async compile(
    { policy, critics }: DeclaredAgent,
    sizes: Sizes,
    rows: number,
  ): Promise<StateValues | undefined> {
    if (!critics) return undefined;
    const observations = observationsInput(sizes, rows, "observations");
    const { actions } = policy.outputs(observations, allMembers(networksOf(policy)));
    const values = critics.value(observations, actions!);
    return new StateValues(await compile({ name: "state-values", outputs: { values } }, { threads: 1 }));
  }

  /**
   * [rows]; overwritten by the next call.
   * @param weights the values of a state tensor, by its name
   */
  async of(observations: Observations, weights: (name: string) => Float32Array): Promise<Float32Array> {
    const parts = new Map(
      Object.entries(observations).map(([part, values]) => [partColumn("observations", part), values]),
    );
    for (const [name, target] of Object.entries(this.program.inputs)) target.set(parts.get(name) ?? weights(name));
    await this.program.run();
    return this.program.outputs.values!;
  }

  async release(): Promise<void> {
    await this.program.release();
  }
}
