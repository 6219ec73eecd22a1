/**
 * Two tasks that can be learned in seconds, one a kind of action: in every step a target is shown, and the reward says
 * how well the action meets it. The recorded behaviour is timid or wrong, so that imitating it is not enough.
 */
import { vectorParts } from "../data/columns.js";
import type { Dataset } from "../data/episode.js";
import { packEpisode } from "../data/episode.js";
import { box, discrete, type SyncEnvironment } from "../environments/environment.js";
import { environmentNames, registerEnvironment } from "../environments/registry.js";
import { RandomStream } from "../random.js";

const HORIZON = 10;
const CHOICES = 5;
const EPISODES = 200;

/** One number between -0.8 and 0.8 is shown; the reward is minus the action's distance from it. Chance gets -0.6. */
const aim = {
  name: "tiny-aim",
  observationSpace: box(1, -1, 1),
  actionSpace: box(1, -1, 1),
  show: (random: RandomStream) => Float32Array.of(-0.8 + 1.6 * random.uniform()),
  reward: (shown: Float32Array, action: number) => -Math.abs(action - shown[0]!),
  // Goes two fifths of the way, with a spread that covers the target.
  behave: (shown: Float32Array, random: RandomStream) => {
    return Math.min(Math.max(0.4 * shown[0]! + 0.4 * random.normal(), -0.95), 0.95);
  },
};

/** One of five cells is shown; the reward is 1 for its number. Chance gets 0.2. */
const match = {
  name: "tiny-match",
  observationSpace: box(CHOICES, 0, 1),
  actionSpace: discrete(CHOICES),
  show: (random: RandomStream) => {
    const shown = new Float32Array(CHOICES);
    shown[random.integer(CHOICES)] = 1;
    return shown;
  },
  reward: (shown: Float32Array, action: number) => shown[action]!,
  // Most often names the next cell's number.
  behave: (shown: Float32Array, random: RandomStream) => {
    return random.uniform() < 0.5 ? (shown.indexOf(1) + 1) % CHOICES : random.integer(CHOICES);
  },
};

type TinyTask = typeof aim | typeof match;

function environmentOf(task: TinyTask): SyncEnvironment {
  let random = new RandomStream(0);
  let shown = task.show(random);
  let step = 0;
  const info = { success: false };
  return {
    name: task.name,
    horizon: HORIZON,
    observationSpace: task.observationSpace,
    actionSpace: task.actionSpace,
    reset: ({ seed } = {}) => {
      if (seed !== undefined) random = new RandomStream(seed, task.name);
      step = 0;
      shown = task.show(random);
      return { observation: shown, info };
    },
    step: (action) => {
      const reward = task.reward(shown, action[0]!);
      shown = task.show(random);
      return { observation: shown, info, reward, terminated: false, truncated: ++step === HORIZON };
    },
    close: () => {},
  };
}

function dataOf(task: TinyTask): Dataset {
  const random = new RandomStream(0, `${task.name} data`);
  const environment = environmentOf(task);
  const episodes = Array.from({ length: EPISODES }, (_, i) => {
    const observations = [environment.reset({ seed: i }).observation];
    const actions: Float32Array[] = [];
    const rewards: number[] = [];
    while (actions.length < HORIZON) {
      const action = Float32Array.of(task.behave(observations.at(-1)!, random));
      const { observation, reward } = environment.step(action);
      observations.push(observation);
      actions.push(action);
      rewards.push(reward);
    }
    return packEpisode(observations, actions, rewards, false);
  });
  const discreteActions = task.actionSpace.kind === "discrete" ? { discreteActions: CHOICES } : {};
  return {
    source: task.name,
    observations: vectorParts(task.observationSpace.size),
    actionSize: 1,
    ...discreteActions,
    episodes,
  };
}

/** Makes a task known and gives its name, its data, and the steps of an episode. */
export function tinyTask(kind: "continuous" | "discrete") {
  const task = kind === "discrete" ? match : aim;
  if (!environmentNames().includes(task.name)) registerEnvironment(task.name, () => environmentOf(task));
  return { name: task.name, dataset: dataOf(task), horizon: HORIZON };
}
