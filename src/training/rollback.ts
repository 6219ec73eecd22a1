/**
 * A safety net for going online: where the online episodes fall behind the policy that went online, the run reports it
 * and, if `rollback.restore` is set, restores that policy, with its critics and optimisers as they were at the switch.
 * The collected episodes stay in the replay: the next attempt learns from the fall.
 */
import type { Agent } from "../agents/agent.js";
import type { Episode } from "../data/episode.js";
import { DataError } from "../errors.js";
import type { RunSettings } from "../settings/settings.js";
import type { EvaluationLine } from "./record.js";
import type { SnapshotTensor, SnapshotTensors } from "./snapshot.js";

export type RollbackSettings = NonNullable<RunSettings["rollback"]>;

/** What a checkpoint keeps beside the tensors. */
export interface RollbackState {
  /** Undiscounted returns of the latest online episodes. */
  returns: number[];
  /** Whether a fall was reported since the returns were last as good. */
  told: boolean;
}

const prefix = "switch/";

export class Rollback {
  private returns: number[] = [];
  private told = false;
  private atSwitch = new Map<string, Float32Array>();

  constructor(private readonly settings: RollbackSettings) {}

  /** The agent goes online: this is what is taken back. */
  keep(agent: Agent): void {
    if (!this.settings.restore) return;
    this.atSwitch = new Map(agent.stateNames.map((name) => [name, agent.state(name).slice()]));
  }

  /**
   * An online episode has ended.
   * @param evaluations of the run so far
   * @returns what is to be reported, if anything; the agent is then as it was at the switch, where that was asked for
   */
  see({ rewards }: Episode, evaluations: readonly EvaluationLine[], agent: Agent): string | undefined {
    const { below, episodes, restore } = this.settings;
    this.returns = [...this.returns, rewards.reduce((sum, reward) => sum + reward, 0)].slice(-episodes);
    const expected = evaluations.findLast(({ onlineSteps }) => onlineSteps === 0)?.returnMean;
    if (expected === undefined || this.returns.length < episodes) return undefined;
    const reached = this.returns.reduce((sum, one) => sum + one, 0) / episodes;
    const fallen = reached < expected - below;
    const tell = fallen && !this.told;
    this.told = fallen;
    if (!tell) return undefined;
    const what = `The last ${episodes} online episodes returned ${rounded(reached)} on average, ${rounded(expected - reached)} below the policy that went online`;
    if (!restore) return `${what}. rollback.restore takes that policy back in such a case.`;
    for (const [name, values] of this.atSwitch) agent.state(name).set(values);
    this.returns = [];
    this.told = false;
    return `${what}: the run continues with the agent as it was at the switch, and with all that was collected.`;
  }

  save(): { readonly state: RollbackState; readonly tensors: SnapshotTensors } {
    const tensors = new Map<string, SnapshotTensor>();
    for (const [name, values] of this.atSwitch) tensors.set(`${prefix}${name}`, values);
    return { state: { returns: [...this.returns], told: this.told }, tensors };
  }

  /** Resumes where `save` was called. @param checkpoint its name @throws DataError where the switch is not in it */
  restore(saved: RollbackState | undefined, tensors: SnapshotTensors, agent: Agent, checkpoint: string): void {
    if (!saved) return;
    this.returns = [...saved.returns];
    this.told = saved.told;
    const kept = [...tensors].filter(([name]) => name.startsWith(prefix));
    this.atSwitch = new Map(kept.map(([name, values]) => [name.slice(prefix.length), values as Float32Array]));
    const fits = ([name, { length }]: [string, Float32Array]) =>
      agent.stateNames.includes(name) && agent.state(name).length === length;
    if (![...this.atSwitch].every(fits))
      throw new DataError(`The checkpoint ${checkpoint} holds another agent's state at the switch; take another one.`);
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
