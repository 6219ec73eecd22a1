/**
 * Data for the corridor: a walker that goes straight to the goal and hardly looks left or right. With little noise the
 * data show one action in each state and never the exit: narrow data, such as a scripted policy or a person leaves.
 */
import type { Dataset } from "../../data/episode.js";
import { RandomStream } from "../../random.js";
import { addNoise, type CollectionAmount, type Controller, collectEpisodes, requireWithin } from "../collect.js";
import type { EnvironmentOptions } from "../environment.js";
import { guardEnvironment } from "../guard.js";
import { makeCorridor, stepLength } from "./corridor.js";

export interface CorridorCollection extends CollectionAmount {
  readonly task: string;
  /** The standard deviation of the normal noise on each entry of an action, before clipping to [-1, 1]. Default 0.05. */
  readonly noise?: number;
  /** Passed to the environment. */
  readonly options?: EnvironmentOptions;
}

/** How fast the walker goes, as a share of the largest step, and the share of its way to the middle that a step takes. */
const speed = 0.95;
const towardsMiddle = 0.2;

/**
 * Collects episodes of a corridor; the same settings give the same data to the bit.
 * @throws UsageError when a setting or an option is out of its range.
 */
export async function collectCorridor(settings: CorridorCollection): Promise<Dataset> {
  const { task, noise = 0.05, options = {}, seed } = settings;
  requireWithin("noise", noise, 0, Number.MAX_VALUE);
  const environment = guardEnvironment(makeCorridor(task, options));
  const random = new RandomStream(seed, "controller");
  const controller = straightWalker(environment.actionSpace.kind === "box" ? environment.actionSpace.size : 0);
  const told = Object.entries(options).map(([name, value]) => `, ${name} ${value}`);
  const source = `${task}${told.join("")}, straight to the goal, noise ${noise}, seed ${seed}`;
  const noisy = addNoise(controller, noise, random);
  return collectEpisodes(environment, () => noisy, source, settings);
}

function straightWalker(size: number): Controller {
  const action = new Float32Array(size);
  action[0] = speed;
  return ([, y]) => {
    action[1] = (-towardsMiddle * y!) / stepLength;
    return action;
  };
}
