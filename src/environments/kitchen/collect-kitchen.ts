/**
 * Data for the kitchen tasks, by scripted experts in place of the people of D4RL's: in every episode four elements are done
 * in the order in which those people did them. For "complete" they are those of the task, and only what succeeds is kept; of
 * "partial" every tenth episode is of the task, the others are four of the seven drawn by chance; of "mixed" none is. Rewards
 * are labelled as in D4RL's data: how many elements of the task are complete now, 0 to 4.
 */
import { type Dataset, type Episode, packEpisode } from "../../data/episode.js";
import { RunFailure } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { clipToUnit, readAmount, requireWithin } from "../collect.js";
import { observationPartsOf } from "../environment.js";
import type { TaskCollection } from "../family.js";
import { ArmControl } from "./arm-control.js";
import { type Element, isComplete, type KitchenTaskName, taskElements } from "./elements.js";
import { KitchenExpert } from "./expert.js";
import { type KitchenEnvironment, makeKitchenForData } from "./kitchen.js";

/** The order in which people did what they did. */
const usualOrder: readonly Element[] = [
  "microwave",
  "kettle",
  "bottom burner",
  "top burner",
  "light switch",
  "hinge cabinet",
  "slide cabinet",
];

/** The standard deviation of the noise on each entry of an action. */
const usualNoise = 0.1;
/** Of "partial", one episode in so many is of the task. */
const partialShare = 10;
/** So many failures in a row of an expert whose successes alone are kept are no accident. */
const patience = 100;

/** What an episode is to do: four elements, in order. */
export type DrawElements = (episode: number, random: RandomStream) => readonly Element[];

/** How the elements of each task's episodes are drawn. */
export const drawElements: Readonly<Record<KitchenTaskName, DrawElements>> = {
  "kitchen-complete": () => taskElements["kitchen-complete"],
  "kitchen-partial": (episode, random) =>
    episode % partialShare === partialShare - 1
      ? taskElements["kitchen-partial"]
      : drawOthers("kitchen-partial", random),
  "kitchen-mixed": (_, random) => drawOthers("kitchen-mixed", random),
};

/** Four of the seven elements, by chance, that are not those of the task. */
function drawOthers(task: KitchenTaskName, random: RandomStream): readonly Element[] {
  for (;;) {
    const left = [...usualOrder];
    while (left.length > 4) left.splice(random.integer(left.length), 1);
    if (!taskElements[task].every((element) => left.includes(element as Element))) return left;
  }
}

/** An episode, and which of its elements were complete at its end. */
interface Attempt {
  readonly episode: Episode;
  readonly done: number;
  readonly all: boolean;
}

/**
 * Collects episodes; the same settings give the same data to the bit. One ends when its four elements are done, or after 280
 * steps; it is terminated where they are those of the task. `signal` ends the collection with the episodes that are complete.
 * @throws UsageError when a setting is out of its range; RunFailure when nothing succeeds
 */
export async function collectKitchen(settings: TaskCollection): Promise<Dataset> {
  const { noise = usualNoise, seed, options, signal, onProgress } = settings;
  const task = settings.task as KitchenTaskName;
  requireWithin("noise", noise, 0, Number.MAX_VALUE);
  const { unit, total } = readAmount(settings);
  const environment = makeKitchenForData(task, options);
  const actor = new Actor(environment, noise, seed);
  const episodes: Episode[] = [];
  const completed = [0, 0, 0, 0, 0];
  let [tried, done, failures] = [0, 0, 0];
  try {
    while (done < total && !signal?.aborted) {
      const limit = unit === "steps" ? total - done : environment.horizon;
      const { episode, all, done: elements } = actor.play(drawElements[task](tried, actor.choices), limit);
      tried++;
      await turnOfOthers();
      const isKept = task !== "kitchen-complete" || all || episode.length === limit;
      failures = isKept ? 0 : failures + 1;
      if (failures === patience)
        throw new RunFailure(
          `The collection of ${task} failed ${patience} times in a row with noise ${noise}; collect with less noise.`,
        );
      if (!isKept) continue;
      completed[elements]!++;
      episodes.push(episode);
      done = unit === "steps" ? done + episode.length : episodes.length;
      onProgress?.(done, total);
    }
    const told = completed.map((count, elements) => `${elements}: ${count}`).join(", ");
    const kept = tried === episodes.length ? "" : ` of ${tried}`;
    const source = `${task}, scripted, noise ${noise}, seed ${seed}: ${episodes.length}${kept} episodes, by elements of theirs done at the end ${told}`;
    const observations = observationPartsOf(environment.observationSpace);
    return { source, observations, actionSize: environment.actionSpace.size, episodes };
  } finally {
    actor.close();
    environment.close();
  }
}

/** The expert with noise on its actions. */
class Actor {
  private readonly control: ArmControl;
  private readonly expert: KitchenExpert;
  private readonly random: RandomStream;
  private readonly seeds: RandomStream;
  /** What chooses elements. */
  readonly choices: RandomStream;

  constructor(
    private readonly environment: KitchenEnvironment,
    private readonly noise: number,
    seed: number,
  ) {
    this.control = new ArmControl(environment.physics);
    this.expert = new KitchenExpert(this.control);
    this.random = new RandomStream(seed, "controller");
    this.seeds = new RandomStream(seed, "collection");
    this.choices = new RandomStream(seed, "elements");
  }

  /** Plays an episode of at most `limit` steps in which these elements are done. */
  play(elements: readonly Element[], limit: number): Attempt {
    const { environment, expert, noise, random } = this;
    const observations = [environment.reset({ seed: this.seeds.integer(2 ** 31) }).observation];
    const actions: Float32Array[] = [];
    const rewards: number[] = [];
    const complete = () => elements.filter((element) => isComplete(element, environment.physics.qpos)).length;
    expert.begin(elements);
    let terminated = false;
    let truncated = false;
    while (!terminated && !truncated && actions.length < limit && complete() < elements.length) {
      const action = expert.act().map((entry) => clipToUnit(entry + noise * random.normal()));
      const result = environment.step(action);
      observations.push(result.observation);
      actions.push(action);
      rewards.push(result.reward);
      ({ terminated, truncated } = result);
    }
    const done = complete();
    return { episode: packEpisode(observations, actions, rewards, terminated), done, all: done === elements.length };
  }

  close(): void {
    this.control.close();
  }
}

/** Lets the event loop turn, so that progress is shown and Ctrl-C heard within minutes of computing. */
function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
