/**
 * Data for the kitchen tasks, by scripted experts in place of the people of D4RL's: in every episode four elements are done
 * in the order in which those people did them. For "complete" they are those of the task, and only what succeeds is kept; of
 * "partial" every tenth episode is of the task, the others are four of the seven drawn by chance; of "mixed" none is. Rewards
 * are labelled as in D4RL's data: how many elements of the task are complete now, 0 to 4.
 */
import { type Dataset, type Episode, packEpisode, rowsOf } from "../../data/episode.js";
import { counted } from "../../data/figures.js";
import { RunFailure } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { clipToUnit, readAmount, requireWithin } from "../collect.js";
import { observationPartsOf } from "../environment.js";
import type { TaskCollection } from "../family.js";
import { type EpisodePlayer, episodesInOrder, type NumberedEpisode } from "../numbered-episodes.js";
import { ArmControl } from "./arm-control.js";
import { type Element, isComplete, type KitchenTaskName, taskElements } from "./elements.js";
import { KitchenExpert } from "./expert.js";
import { type KitchenEnvironment, makeKitchenForData } from "./kitchen.js";
import { kitchenRecipes } from "./recipe.js";

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

/**
 * Collects episodes; the same settings give the same data to the bit, whoever plays them. One ends when its four elements are
 * done, or after 280 steps; it is terminated where they are those of the task. `signal` ends the collection with the episodes
 * that are complete.
 * @throws UsageError when a setting is out of its range; RunFailure when nothing succeeds
 */
export async function collectKitchen(settings: TaskCollection): Promise<Dataset> {
  const { signal, onProgress, startPlayers } = settings;
  const task = settings.task as KitchenTaskName;
  const { unit, total } = readAmount(settings);
  const own = new KitchenPlayer(settings);
  const { environment, noise } = own;
  const parts = observationPartsOf(environment.observationSpace);
  const players = startPlayers?.(settings, unit === "steps" ? Math.ceil(total / environment.horizon) : total) ?? [own];
  const episodes: Episode[] = [];
  const completed = [0, 0, 0, 0, 0];
  let [tried, done, failures] = [0, 0, 0];
  const left = () => (unit === "steps" ? total - done : environment.horizon);
  try {
    for await (const played of episodesInOrder(players, left)) {
      if (signal?.aborted) break;
      tried++;
      const limit = left();
      const episode = played.episode.length > limit ? cutAt(played.episode, limit) : played.episode;
      const elements = played.done[episode.length - 1]!;
      await turnOfOthers();
      const isKept = task !== "kitchen-complete" || elements === 4 || episode.length === limit;
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
      if (done >= total) break;
    }
    const told = completed.map((count, elements) => `${elements}: ${count}`).join(", ");
    const kept = tried === episodes.length ? "" : `${episodes.length} of `;
    const source = `${task}, scripted, noise ${noise}, seed ${settings.seed}: ${kept}${counted(tried, "episode")}, by elements of theirs done at the end ${told}`;
    return { source, observations: parts, actionSize: environment.actionSpace.size, episodes };
  } finally {
    await Promise.all([...new Set([own, ...players])].map((player) => player.close()));
  }

  /** The first steps of an episode, as if the clock had ended it there. */
  function cutAt(episode: Episode, length: number): Episode {
    return {
      length,
      observations: rowsOf(parts, episode.observations, 0, length + 1),
      actions: episode.actions.subarray(0, length * environment.actionSpace.size),
      rewards: episode.rewards.subarray(0, length),
      terminated: episode.terminated.subarray(0, length),
      truncated: true,
    };
  }
}

/** The expert with noise on its actions; each episode has random streams of its own. */
export class KitchenPlayer implements EpisodePlayer {
  readonly environment: KitchenEnvironment;
  readonly noise: number;
  private readonly task: KitchenTaskName;
  private readonly seed: number;
  private readonly control: ArmControl;
  private readonly expert: KitchenExpert;

  /** @throws UsageError when a setting is out of its range */
  constructor({ task, noise, seed, options }: Pick<TaskCollection, "task" | "noise" | "seed" | "options">) {
    this.task = task as KitchenTaskName;
    this.noise = noise ?? kitchenRecipes[this.task].noise;
    this.seed = seed;
    requireWithin("noise", this.noise, 0, Number.MAX_VALUE);
    this.environment = makeKitchenForData(this.task, options);
    this.control = new ArmControl(this.environment.physics);
    this.expert = new KitchenExpert(this.control);
  }

  /** Ends when its elements are done; counts how many of them are. */
  play(number: number, limit: number): NumberedEpisode {
    const { environment, expert, noise, seed } = this;
    const stream = (purpose: string) => new RandomStream(seed, `${purpose} ${number}`);
    const elements = drawElements[this.task](number, stream("elements"));
    const random = stream("controller");
    const observations = [environment.reset({ seed: stream("collection").integer(2 ** 31) }).observation];
    const actions: Float32Array[] = [];
    const rewards: number[] = [];
    const done: number[] = [];
    expert.begin(elements);
    let ended = false;
    let terminated = false;
    while (!ended && done.length < limit && done.at(-1) !== elements.length) {
      const action = expert.act().map((entry) => clipToUnit(entry + noise * random.normal()));
      const result = environment.step(action);
      observations.push(result.observation);
      actions.push(action);
      rewards.push(result.reward);
      done.push(elements.filter((element) => isComplete(element, environment.physics.qpos)).length);
      terminated = result.terminated;
      ended = terminated || result.truncated;
    }
    return { episode: packEpisode(observations, actions, rewards, terminated), done: Uint8Array.from(done) };
  }

  close(): void {
    this.control.close();
    this.environment.close();
  }
}

/** Lets the event loop turn, so that progress is shown and Ctrl-C heard within minutes of computing. */
function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
