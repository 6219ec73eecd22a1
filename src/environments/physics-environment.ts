/**
 * What every task with physics shares (the mazes, the ant that learns to walk, the Adroit hand): the simulation and its
 * pictures, the clock of the episode, the random stream, and saved states. A task says how an episode begins, what an
 * action does and what is observed. The first reset without a seed behaves like one with seed 0.
 */
import { Simulation } from "../physics/mujoco.js";
import { RandomStream } from "../random.js";
import type { Frame } from "../rendering/frame.js";
import type { Look } from "../rendering/paint.js";
import { Renderer } from "../rendering/renderer.js";
import type { BoxSpace, ResetResult, StepInfo, StepResult, SyncEnvironment } from "./environment.js";
import { endOfStep, joinState, randomStateSize, splitState } from "./state.js";

/** What an action led to; `over` says that the task itself has ended. */
export interface ActionOutcome {
  readonly reward: number;
  readonly over: boolean;
  readonly info: StepInfo;
}

export abstract class PhysicsEnvironment implements SyncEnvironment {
  abstract readonly observationSpace: BoxSpace;
  abstract readonly actionSpace: BoxSpace;
  /** The simulation; public for replays from recorded states. */
  readonly physics: Simulation;
  protected readonly renderer: Renderer;
  protected random = new RandomStream(0, "environment");
  private steps = 0;

  /** @param mjcf the model as MJCF text; @param look how its pictures are painted */
  protected constructor(
    readonly name: string,
    readonly horizon: number,
    mjcf: string,
    look: Look,
  ) {
    this.physics = new Simulation(mjcf, name);
    this.renderer = new Renderer(this.physics, look);
  }

  /** Begins an episode in a simulation that was just reset. */
  protected abstract begin(): StepInfo;
  /** Carries out one action. */
  protected abstract act(action: Float32Array): ActionOutcome;
  /** A fresh array of what the policy sees of the present state. */
  abstract observe(): Float32Array;
  abstract render(frame: Frame): void;

  reset(options: { readonly seed?: number } = {}): ResetResult<Float32Array> {
    if (options.seed !== undefined) this.random = new RandomStream(options.seed, "environment");
    this.physics.reset();
    this.steps = 0;
    const info = this.begin();
    return { observation: this.observe(), info };
  }

  step(action: Float32Array): StepResult<Float32Array> {
    const { reward, over, info } = this.act(action);
    this.steps++;
    return { observation: this.observe(), reward, ...endOfStep(over, this.steps, this.horizon), info };
  }

  /** The numbers, besides clock, random stream and physics, that the episode follows from. */
  protected own(): number[] {
    return [];
  }

  /** Takes back what `own` gave. */
  protected restoreOwn(_numbers: Float64Array): void {}

  /** The parts of the model that episodes change, as live views. */
  protected drawn(): Float64Array[] {
    return [];
  }

  saveState(): Float64Array {
    return joinState([this.steps, ...this.own()], this.random.state(), this.physics.saveState(), ...this.drawn());
  }

  restoreState(state: Float64Array): void {
    const drawn = this.drawn();
    const sizes = [1 + this.own().length, randomStateSize, this.physics.stateSize, ...drawn.map((part) => part.length)];
    const parts = splitState(this.name, state, sizes);
    const [episode, chance, physics] = parts as [Float64Array, Float64Array, Float64Array];
    this.steps = episode[0]!;
    this.restoreOwn(episode.subarray(1));
    this.random.restore([...chance]);
    this.physics.restoreState(physics);
    for (const [i, part] of drawn.entries()) part.set(parts[3 + i]!);
  }

  close(): void {
    this.renderer.close();
    this.physics.close();
  }
}
