/** What may be wrong with recorded episodes: where they end, how many there are, and whose they are. */
import { counted, percent, whole } from "../figures.js";
import type { Inspection } from "../inspect.js";
import type { Check } from "./check.js";
import { isOtherTask } from "./other-task.js";

const FEW_STEPS = 1000;
const FEW_EPISODES = 10;
/** An unmarked recording of more steps than episodes usually have. */
const LONG = 2000;
const MANY_LEFT_OUT = 0.01;

export const episodeChecks: readonly Check[] = [
  {
    id: "rows-left-out",
    level: "notice",
    when: `more than ${percent(MANY_LEFT_OUT)} of the rows gave no step`,
    find: ({ notes = [], steps }) => {
      const leftOut = notes.reduce((sum, note) => sum + note.leftOut, 0);
      const all = leftOut + steps;
      if (leftOut <= MANY_LEFT_OUT * all) return [];
      const [most] = [...notes].sort((one, other) => other.leftOut - one.leftOut);
      const example = most!.example === undefined ? "" : `, such as ${most!.example}`;
      return [
        `${percent(leftOut / all)} of the rows (${whole(leftOut)}${example}) gave no step: what remains may not be typical; check how episodes and their ends are marked`,
      ];
    },
  },
  {
    id: "mostly-terminal",
    level: "notice",
    when: "the task ends in more than half of all steps, as where masks (1 = goes on) are stored as terminals",
    find: ({ terminatedSteps, steps }) => {
      if (2 * terminatedSteps <= steps || steps < 2) return [];
      return [
        `the task ends in ${percent(terminatedSteps / steps)} of the steps, so that nothing is learned of what follows them: if the mark is a mask (1 where the episode goes on), store its opposite; if each row is an episode of its own, all is well`,
      ];
    },
  },
  {
    id: "mostly-single-steps",
    level: "notice",
    when: "more than half of all steps are episodes of their own, and the task did not end them",
    find: ({ singleStepEpisodes, terminatedSteps, steps }) => {
      if (2 * singleStepEpisodes <= steps || 2 * terminatedSteps > steps || steps < 2) return [];
      return [
        `${percent(singleStepEpisodes / steps)} of the steps are episodes of a single step, so that nothing is learned of what follows them: if next observations are stored rounded, or are the current ones, leave them aside (--ignore next_observations, by the name that they have there); if rows were shuffled, store them in the order of their recording; if an end is marked in every row, correct the marks`,
      ];
    },
  },
  {
    id: "one-episode",
    level: "notice",
    when: `more than ${whole(LONG)} steps are a single episode`,
    find: ({ episodes, steps }) => {
      if (episodes !== 1 || steps <= LONG) return [];
      return [
        `all ${whole(steps)} steps are one episode: if it was reset on the way, mark the ends, or cut it with --horizon STEPS (datasetHorizon in training); where the file has an array of ends that is never set, add --ignore NAME for it`,
      ];
    },
  },
  {
    id: "longer-than-horizon",
    level: "notice",
    when: "episodes are longer than the environment's horizon",
    find: ({ lengths }, { horizon, task }) => {
      if (horizon === undefined || lengths.max <= horizon) return [];
      return [
        `the longest episode has ${counted(lengths.max, "step")}, where the clock of ${task ?? "the environment"} ends one after ${whole(horizon)}: they come from another time limit, and their later steps from where the policy never gets; use data of the same limit, or an environment with theirs`,
      ];
    },
  },
  {
    id: "other-task",
    level: "notice",
    when: "the data's metadata name what is plainly another task",
    find: (_, { task, recordedTask }) => {
      if (task === undefined || recordedTask === undefined || !isOtherTask(task, recordedTask)) return [];
      return [`the metadata name the task ${recordedTask}, and not ${task}: check that these data are meant`];
    },
  },
  {
    id: "few-data",
    level: "notice",
    when: `there are fewer than ${whole(FEW_STEPS)} steps, or fewer than ${FEW_EPISODES} episodes`,
    find: (data) => (isFew(data) ? [fewSentence(data)] : []),
  },
];

function isFew({ steps, episodes }: Inspection): boolean {
  return steps < FEW_STEPS || episodes < FEW_EPISODES;
}

function fewSentence({ steps, episodes }: Inspection): string {
  return `${counted(steps, "step")} in ${counted(episodes, "episode")} are few: a policy learns little from them, and their figures may be chance; record more`;
}
