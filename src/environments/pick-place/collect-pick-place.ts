/**
 * Data for pick and place in which no episode does both: *prior* episodes pick the cube up and hold it, *task* episodes begin
 * with it in the hand and put it into the tray. What a policy needs is in two parts that only dynamic programming joins.
 */
import type { Dataset, Episode } from "../../data/episode.js";
import { RandomStream } from "../../random.js";
import { clipToUnit, readAmount, recordEpisode, requireWithin } from "../collect.js";
import { type Environment, observationPartsOf } from "../environment.js";
import type { TaskCollection } from "../family.js";
import { actionSize } from "./arm.js";
import { makePickPlace, type PickPlaceEnvironment } from "./pick-place.js";
import { PickPlaceImageEnvironment } from "./pick-place-image.js";
import { graspAction, placeAction } from "./scripts.js";

/** The share of prior episodes: 1,300 of 2,000. */
const priorShare = 0.65;
/** The standard deviation of the noise on each entry of an action. */
const usualNoise = 0.1;

/** One kind of episode: where it is played, what the script does, and whether that worked. */
interface Recorder {
  readonly task: PickPlaceEnvironment;
  readonly environment: Environment;
  readonly script: () => Float32Array;
  readonly succeeded: () => boolean;
  tried: number;
  kept: number;
}

/**
 * Collects prior and task episodes by turns, 65 of the former in 100. Those in which the script fails are left out, as
 * COG's collector does, and counted in the data's source. The same settings give the same data to the bit.
 * @throws UsageError when a setting or an option is out of its range.
 */
export async function collectPickPlace(settings: TaskCollection): Promise<Dataset> {
  const { noise = usualNoise, seed, onProgress } = settings;
  requireWithin("noise", noise, 0, Number.MAX_VALUE);
  const { unit, total } = readAmount(settings);
  const recorders = [recorderOf(settings, "table"), recorderOf(settings, "held")] as const;
  const [prior, task] = recorders;
  const random = new RandomStream(seed, "controller");
  const seeds = new RandomStream(seed, "collection");
  const episodes: Episode[] = [];
  try {
    for (let done = 0; done < total; ) {
      const next = prior.kept < priorShare * (episodes.length + 1) ? prior : task;
      const episode = await play(
        next,
        noise,
        random,
        seeds.integer(2 ** 31),
        unit === "steps" ? total - done : undefined,
      );
      if (!episode) continue;
      episodes.push(episode);
      done = unit === "steps" ? done + episode.length : episodes.length;
      onProgress?.(done, total);
    }
    const { observationSpace } = prior.environment;
    const told = recorders.map(({ tried, kept }, i) => `${["grasped", "placed"][i]} ${kept} of ${tried}`).join(", ");
    const source = `${settings.task}, scripted, noise ${noise}, seed ${seed}: ${told}`;
    return { source, observations: observationPartsOf(observationSpace), actionSize, episodes };
  } finally {
    for (const { environment } of recorders) environment.close();
  }
}

/** An episode of the script with noise; undefined where it did not do what it is there for, unless it was cut short. */
async function play(
  recorder: Recorder,
  noise: number,
  random: RandomStream,
  seed: number,
  limit: number | undefined,
): Promise<Episode | undefined> {
  const { environment, script } = recorder;
  const controller = () => script().map((entry) => clipToUnit(entry + noise * random.normal()));
  const episode = await recordEpisode(environment, await environment.reset({ seed }), controller, limit);
  recorder.tried++;
  if (!recorder.succeeded() && episode.length !== limit) return undefined;
  recorder.kept++;
  return episode;
}

function recorderOf({ task: name, options = {} }: TaskCollection, start: "table" | "held"): Recorder {
  const task = makePickPlace(name, { ...options, start });
  const environment = name === "pick-place-image" ? new PickPlaceImageEnvironment(name, task) : task;
  const see = () => task.observe();
  return {
    ...{ task, environment, tried: 0, kept: 0 },
    script: start === "table" ? () => graspAction(see(), task.arm.neutral) : () => placeAction(see()),
    succeeded: start === "table" ? () => task.lifted && !task.placed : () => task.placed,
  };
}
