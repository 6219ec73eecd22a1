/**
 * Tasks that no built-in task can replace: a point maze and a gridworld whose rewards depend on the policy, such a maze that
 * cannot save its state, and one that fails in some episodes. dying.ts registers them in the processes that the chaos tool
 * starts.
 */
import type { ResetResult, StepResult, SyncEnvironment } from "../../src/environments/environment.js";
import { makeGridWorld } from "../../src/environments/gridworld/gridworld.js";
import { makePointMaze } from "../../src/environments/pointmaze/pointmaze.js";
import { joinState } from "../../src/environments/state.js";
import { TellingEnvironment } from "./telling.js";

export const mazeTask = "pointmaze-umaze-telling";
export const gridTask = "gridworld-cliff-telling";
export const unsavedTask = "pointmaze-umaze-unsaved";
export const failingTask = "pointmaze-umaze-failing";

export const chaosTasks: ReadonlyMap<string, () => SyncEnvironment> = new Map<string, () => SyncEnvironment>([
  [mazeTask, () => tellingMaze(mazeTask)],
  [gridTask, () => new TellingEnvironment(gridTask, makeGridWorld("cliff"))],
  [unsavedTask, unsaved],
  [failingTask, () => new FailingMaze()],
]);

function tellingMaze(name: string): TellingEnvironment {
  return new TellingEnvironment(name, makePointMaze("umaze"));
}

/** A point maze that cannot save its state. */
function unsaved(): SyncEnvironment {
  const maze = tellingMaze(unsavedTask);
  return {
    name: maze.name,
    observationSpace: maze.observationSpace,
    actionSpace: maze.actionSpace,
    horizon: maze.horizon,
    reset: (options) => maze.reset(options),
    step: (action) => maze.step(action),
    close: () => maze.close(),
  };
}

/** The step, of 120, at which every episode fails whose seed ends in 0. */
export const failingStep = 60;

/**
 * A point maze that fails where the seed of the episode says: at the beginning if it ends in 5, at `failingStep` if it
 * ends in 0. A run that is resumed in such an episode thus fails at the same step, if nothing of its state was lost.
 */
class FailingMaze implements SyncEnvironment {
  readonly name = failingTask;
  private readonly maze = tellingMaze(failingTask);
  readonly observationSpace = this.maze.observationSpace;
  readonly actionSpace = this.maze.actionSpace;
  readonly horizon = this.maze.horizon;
  private seed = 0;
  private steps = 0;

  reset(options: { readonly seed?: number } = {}): ResetResult<Float32Array> {
    this.seed = options.seed ?? this.seed;
    this.steps = 0;
    if (this.seed % 10 === 5) throw new Error(`the seed ${this.seed} ends in 5`);
    return this.maze.reset(options);
  }

  step(action: Float32Array): StepResult<Float32Array> {
    this.steps++;
    if (this.seed % 10 === 0 && this.steps === failingStep) throw new Error(`the seed ${this.seed} ends in 0`);
    return this.maze.step(action);
  }

  saveState(): Float64Array {
    return joinState([this.seed, this.steps], this.maze.saveState());
  }

  restoreState(state: Float64Array): void {
    this.seed = state[0]!;
    this.steps = state[1]!;
    this.maze.restoreState(state.slice(2));
  }

  close(): void {
    this.maze.close();
  }
}
