/**
 * Data for the ant mazes by D4RL's recipe: ants walk along waypoints to goals of their own, every walk lasts its full
 * length, and afterwards the rewards are those of one fixed goal, wherever each walk was heading. The walking policy
 * comes from outside, because it needs a runtime that this folder does not depend on.
 */
import { vectorParts } from "../../data/columns.js";
import type { Dataset, Episode } from "../../data/episode.js";
import { splitTrajectories } from "../../data/trajectories.js";
import { unknownName } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { parseDeclared } from "../../requirement.js";
import { type CollectionAmount, requireWithin } from "../collect.js";
import type { WalkingPolicy } from "../family.js";
import { goalRadius, makeMaze, mazeOptions, type Position } from "../mazes.js";
import { antActionSize, antStateSize, recipeNoise } from "./ant-body.js";
import { walkingObservationSize } from "./ant-frame.js";
import type { AntWalk } from "./ant-walk.js";
import { type CellChoice, type PlannedWalk, rewardGoal, WalkPlan } from "./antmaze-walks.js";
import { type AntMazeDataSet, antCellSize, antHorizons, antMazeCollectedTasks, antMazeDataSets } from "./tasks.js";

/** What to collect: one of D4RL's six datasets. */
export interface AntMazeCollection extends CollectionAmount {
  /** `antmaze-umaze`, `antmaze-large-play` and so on: see `antMazeCollectedTasks`. */
  readonly task: string;
  readonly policy: WalkingPolicy;
  /** Where walks begin, and where they head, where it is not the dataset's own choice. */
  readonly starts?: CellChoice;
  readonly goals?: CellChoice;
  /**
   * The share of walks that head for the goal of the rewards, wherever the others head. Default 0.2 with diverse goals,
   * as in the recorded medium-diverse data: there 43 of 200 walks end in G's cell, 6 on average in each other one. Else 0.
   */
  readonly goalShare?: number;
  /** The standard deviation of the noise on each torque. Default 0.2. */
  readonly noise?: number;
  /** Steps of a walk. Default: the task's horizon. */
  readonly horizon?: number;
  /** Ends the collection early; the walks that are complete are kept. */
  readonly signal?: AbortSignal;
}

/** Where a dataset's walks begin and head by default: its name says so. */
function choiceOf(name: AntMazeDataSet): CellChoice {
  if (name.endsWith("-play")) return "play";
  return name.endsWith("-diverse") ? "diverse" : "fixed";
}

/** The share of D4RL's diverse walks that head for G. */
const diverseGoalShare = 0.2;

/** Ants that walk at the same time, so that one call of the policy answers for all. */
const sideBySide = 8;

/**
 * Collects walks through an ant maze; the same settings give the same data to the bit. As in D4RL's files, a row's reward
 * is 1 and the row terminal where its observation lies within 0.5 m of the fixed goal; so a walk of full length, which
 * goes on at its goal, becomes one episode up to the first such row and more of them after it.
 * @throws UsageError when the task is none of the datasets or a setting is out of its range.
 */
export async function collectAntMaze(settings: AntMazeCollection): Promise<Dataset> {
  const { task, policy, noise = recipeNoise, signal } = settings;
  const name = dataSetOf(task);
  const { starts = choiceOf(name), goals = choiceOf(name), horizon = antHorizons[antMazeDataSets[name]] } = settings;
  const { goalShare = goals === "diverse" ? diverseGoalShare : 0 } = settings;
  requireWithin("noise", noise, 0, Number.MAX_VALUE);
  requireWithin("goalShare", goalShare, 0, 1);
  parseDeclared(mazeOptions, { horizon }, "option", `the collection of ${task}`);
  const maze = makeMaze(antMazeDataSets[name], antCellSize);
  const plan = new WalkPlan(maze, { starts, goals, goalShare, horizon }, settings);
  const source =
    `${task}, walking policy ${policy.name}, starts ${starts}, goals ${goals}, ` +
    `goal share ${goals === "fixed" ? 1 : goalShare}, noise ${noise}, horizon ${horizon}, seed ${settings.seed}`;
  const { AntWalk } = await import("./ant-walk.js");
  const ants = Array.from({ length: Math.min(sideBySide, plan.walks) }, () => new AntWalk(maze, noise));
  const random = new RandomStream(settings.seed, "walking policy");
  const episodes: Episode[] = [];
  try {
    for (let round = plan.next(ants.length); round.length > 0; round = plan.next(ants.length)) {
      const records = await walkSideBySide(ants, round, (observations) => policy.act(observations, random), signal);
      for (const record of records)
        if (record.isComplete) episodes.push(...record.relabelled(rewardGoal(maze), source));
      if (signal?.aborted) break;
      settings.onProgress?.(plan.done, plan.total);
    }
  } finally {
    for (const ant of ants) ant.close();
  }
  return { source, observations: vectorParts(antStateSize), actionSize: antActionSize, episodes };
}

/** The rows of one walk: its states, one more than its actions. */
class WalkRecord {
  private readonly observations: Float32Array;
  private readonly actions: Float32Array;
  private rows = 0;

  constructor(private readonly length: number) {
    this.observations = new Float32Array((length + 1) * antStateSize);
    this.actions = new Float32Array((length + 1) * antActionSize);
  }

  get isComplete(): boolean {
    return this.rows > this.length;
  }

  /** The state that a step led to, or the first one. */
  addState(state: Float32Array): void {
    this.observations.set(state, this.rows * antStateSize);
    this.rows++;
  }

  /** What was done in the last state. */
  addAction(torques: Float32Array): void {
    this.actions.set(torques, (this.rows - 1) * antActionSize);
  }

  /** The episodes as which readers of D4RL files see these rows. */
  relabelled({ x, y }: Position, source: string): Episode[] {
    const { observations, actions, rows: count } = this;
    const terminals = Uint8Array.from({ length: count }, (_, row) => {
      const [dx, dy] = [observations[row * antStateSize]! - x, observations[row * antStateSize + 1]! - y];
      return Math.hypot(dx, dy) <= goalRadius ? 1 : 0;
    });
    const timeouts = new Uint8Array(count);
    timeouts[count - 1] = 1;
    const sizes = { observationSize: antStateSize, actionSize: antActionSize };
    const rewards = Float32Array.from(terminals);
    return splitTrajectories({ count, ...sizes, observations, actions, rewards, terminals, timeouts }, source);
  }
}

/** Walks at the same time, one ant each; walks that end sooner than others wait for them. */
async function walkSideBySide(
  ants: readonly AntWalk[],
  walks: readonly PlannedWalk[],
  act: (observations: Float32Array) => Promise<Float32Array>,
  signal?: AbortSignal,
): Promise<WalkRecord[]> {
  const observations = new Float32Array(walks.length * walkingObservationSize);
  const views = walks.map((_, i) =>
    observations.subarray(i * walkingObservationSize, (i + 1) * walkingObservationSize),
  );
  const records = walks.map(({ length }) => new WalkRecord(length));
  const action = new Float32Array(antActionSize);
  walks.forEach((walk, i) => {
    ants[i]!.begin(walk);
    records[i]!.addState(ants[i]!.state);
  });
  while (!records.every((record) => record.isComplete) && !signal?.aborted) {
    for (let i = 0; i < walks.length; i++) ants[i]!.look(views[i]!);
    const actions = await act(observations);
    for (let i = 0; i < walks.length; i++) {
      if (records[i]!.isComplete) continue;
      for (let k = 0; k < antActionSize; k++) action[k] = actions[i * antActionSize + k]!;
      ants[i]!.step(action);
      records[i]!.addAction(ants[i]!.torques);
      records[i]!.addState(ants[i]!.state);
    }
  }
  return records;
}

function dataSetOf(task: string): AntMazeDataSet {
  const found = (Object.keys(antMazeDataSets) as AntMazeDataSet[]).find((name) => `antmaze-${name}` === task);
  if (found === undefined) throw unknownName("ant maze dataset", task, antMazeCollectedTasks);
  return found;
}
