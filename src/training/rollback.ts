/**
 * A safety net for going online: where the online episodes fall behind the policy that went online, the run reports it
 * and, if `rollback.restore` is set, restores that policy, with its critics and optimisers as they were at the switch.
 * Like is compared with like: at the switch the policy plays as many episodes as are averaged later, sampling its actions
 * as it will online, and returns are undiscounted on both sides. The collected episodes stay in the replay: the next
 * attempt learns from the fall.
 */
import type { Agent } from "../agents/agent.js";
import type { Episode } from "../data/episode.js";
import { counted, short } from "../data/figures.js";
import { DataError } from "../errors.js";
import { RandomStream } from "../random.js";
import type { RunSettings } from "../settings/settings.js";
import type { Evaluator } from "./ports.js";
import type { SnapshotTensor, SnapshotTensors } from "./snapshot.js";

export type RollbackSettings = NonNullable<RunSettings["rollback"]>;

/** What a checkpoint keeps beside the tensors. */
export interface RollbackState {
  /** Mean return of the switch policy's own episodes; null before they were played. */
  expected: number | null;
  /** Undiscounted returns of the latest online episodes. */
  returns: number[];
  /** Whether a fall was reported since the returns were last as good. */
  told: boolean;
  /** How often the agent was restored. */
  restored: number;
}

export interface RollbackOptions {
  readonly settings: RollbackSettings;
  readonly seed: number;
  /** Plays `settings.episodes` episodes with the policy that it is given. */
  readonly evaluator: Evaluator & { close(): Promise<void> };
}

const prefix = "switch/";

/**
 * A rollback that can never trigger: what it takes the mean of is longer than the online phase.
 * @param horizon steps after which an episode of the task ends at the latest
 * @returns a sentence; undefined where it can trigger
 */
export function silentRollback(
  { rollback, onlineSteps, warmupSteps }: Pick<RunSettings, "rollback" | "onlineSteps" | "warmupSteps">,
  horizon: number,
): string | undefined {
  if (!rollback) return undefined;
  const { episodes } = rollback;
  const steps = Math.max(0, onlineSteps - warmupSteps);
  const where = `rollback takes the mean of ${counted(episodes, "online episode")} after the warm-up, and the run has ${counted(steps, "step")} for them`;
  if (steps < episodes)
    return `The rollback can never trigger: ${where}; leave rollback out, or give more onlineSteps.`;
  if (steps > (episodes - 1) * horizon) return undefined;
  const longest = Number((steps / episodes).toPrecision(3));
  return `The rollback may never trigger: ${where}, enough for ${episodes} episodes only if they end after ${longest} steps on average (the task's horizon is ${horizon}); give fewer rollback.episodes.`;
}

export class Rollback {
  private state: RollbackState = { expected: null, returns: [], told: false, restored: 0 };
  private atSwitch = new Map<string, Float32Array>();

  constructor(private readonly options: RollbackOptions) {}

  /** The agent goes online: what it returns now is expected of it later, and it is what is taken back. Once a run. */
  async keep(agent: Agent): Promise<void> {
    if (this.state.expected !== null) return;
    this.state.expected = await this.returnOf(agent);
    if (!this.options.settings.restore) return;
    this.atSwitch = new Map(agent.stateNames.map((name) => [name, agent.state(name).slice()]));
  }

  /** Noise of its own, so that the run goes on as if this had not been played. */
  private async returnOf(agent: Agent): Promise<number> {
    const { seed, evaluator } = this.options;
    const { exploration } = agent.streams;
    const before = [...exploration.state()];
    exploration.restore(new RandomStream(seed, "rollback").state());
    try {
      const sampling = { act: (seen: Parameters<Agent["act"]>[0]) => agent.act(seen, { deterministic: false }) };
      return (await evaluator.evaluate(sampling)).returnMean;
    } finally {
      exploration.restore(before);
      await evaluator.close();
    }
  }

  /**
   * An online episode has ended that was collected wholly after the warm-up.
   * @returns what is to be reported, if anything; the agent is then as it was at the switch, where that was asked for
   */
  see({ rewards }: Episode, agent: Agent): string | undefined {
    const { below, episodes } = this.options.settings;
    const { state } = this;
    state.returns = [...state.returns, rewards.reduce((sum, reward) => sum + reward, 0)].slice(-episodes);
    if (state.expected === null || state.returns.length < episodes) return undefined;
    const reached = state.returns.reduce((sum, one) => sum + one, 0) / episodes;
    const fallen = reached < state.expected - below;
    const tell = fallen && !state.told;
    // Returns that waver about the limit are one fall: it is over where half of it is made good.
    state.told = fallen || (state.told && reached < state.expected - below / 2);
    return tell ? `${fallSentence(episodes, reached, state.expected)}: ${this.takeBack(agent)}` : undefined;
  }

  /** @returns what is done about a fall */
  private takeBack(agent: Agent): string {
    const { restore, restores } = this.options.settings;
    const { state } = this;
    if (!restore) return "the run goes on as it is (rollback.restore would take that policy back).";
    if (state.restored >= restores)
      return `the run goes on as it is, because rollback.restores allows no more than ${restores}.`;
    for (const [name, values] of this.atSwitch) agent.state(name).set(values);
    state.restored++;
    state.returns = [];
    state.told = false;
    return `restored, ${state.restored} of ${restores}. The run continues with the agent as it was at the switch, and with all that was collected.`;
  }

  save(): { readonly state: RollbackState; readonly tensors: SnapshotTensors } {
    const tensors = new Map<string, SnapshotTensor>();
    for (const [name, values] of this.atSwitch) tensors.set(`${prefix}${name}`, values);
    return { state: { ...this.state }, tensors };
  }

  /**
   * Resumes where `save` was called; a run that has not collected yet may still have to play its episodes at the switch.
   * @param checkpoint its name
   * @param begun whether online episodes were collected
   * @throws DataError where the switch is not in it
   */
  restore(
    saved: RollbackState | undefined,
    tensors: SnapshotTensors,
    agent: Agent,
    { checkpoint, begun }: { readonly checkpoint: string; readonly begun: boolean },
  ): void {
    if (!saved || saved.expected === null) {
      if (!begun) return;
      throw new DataError(
        `The checkpoint ${checkpoint} does not say what the policy returned at the switch, which rollback compares with; take an earlier checkpoint, or begin the run anew.`,
      );
    }
    this.state = { ...saved };
    if (this.options.settings.restore) this.atSwitch = switchIn(tensors, agent, checkpoint);
  }

  close(): Promise<void> {
    return this.options.evaluator.close();
  }
}

/** Every part of the agent's state at the switch. @throws DataError where one is not there, or is another agent's */
function switchIn(tensors: SnapshotTensors, agent: Agent, checkpoint: string): Map<string, Float32Array> {
  const parts = agent.stateNames.map((name) => [name, tensors.get(`${prefix}${name}`)] as const);
  const wrong = parts.find(
    ([name, values]) => !(values instanceof Float32Array) || values.length !== agent.state(name).length,
  );
  if (!wrong) return new Map(parts as [string, Float32Array][]);
  throw new DataError(
    `The checkpoint ${checkpoint} does not hold ${wrong[0]} of ${agent.name} at the switch, which rollback.restore takes back; take another checkpoint, or begin the run anew.`,
  );
}

function fallSentence(episodes: number, reached: number, expected: number): string {
  const which =
    episodes === 1
      ? `The last online episode returned ${short(reached)}`
      : `The last ${episodes} online episodes returned ${short(reached)} on average`;
  return `${which} (undiscounted), ${short(expected - reached)} below the policy that went online, which returned ${short(expected)} when it sampled its actions at the switch`;
}
