/** What may be wrong with recorded rewards: nothing to tell good from bad, and values that training would scale again. */
import { counted, listed, short } from "../figures.js";
import type { Inspection } from "../inspect.js";
import type { Check } from "./check.js";

export const rewardChecks: readonly Check[] = [
  {
    id: "constant-rewards",
    level: "notice",
    needs: ["rewards"],
    when: "every step has the same reward, above 0",
    find: (data) => {
      const reward = onlyReward(data);
      if (reward === undefined || reward <= 0) return [];
      return [
        `rewards never change (${short(reward)} in ${counted(data.steps, "step")}), so that only where episodes end tells good from bad: check that the reward was recorded`,
      ];
    },
  },
  {
    id: "no-success",
    level: "notice",
    needs: ["rewards"],
    when: "every step has the same reward, 0 or below: a sparse reward that is never reached",
    find: (data, { rewards }) => {
      const reward = onlyReward(data);
      if (reward === undefined || reward > 0 || reward === rewards?.sparse?.[1]) return [];
      return [
        `no episode succeeds: the reward is ${short(reward)} in all ${counted(data.steps, "step")}; add recordings in which the task is achieved, or check that the reward was recorded`,
      ];
    },
  },
  {
    id: "rewards-not-the-tasks",
    level: "notice",
    needs: ["rewards"],
    when: "the task's preset scales and shifts rewards that are not the two that its environment gives, such as -1 and 0 in place of 0 and 1",
    find: (data, { rewards, task }) => {
      const { sparse, scale, shift } = rewards ?? {};
      if (!sparse || scale === undefined || shift === undefined) return [];
      const found = data.rewardValues?.map(({ value }) => value);
      if (found?.every((value) => sparse.includes(value))) return [];
      const becomes = (value: number) => short(scale * value + shift);
      const range = data.rewards.ranges[0]!;
      const given = found ? listed(found.map(short)) : `many values from ${short(range.min)} to ${short(range.max)}`;
      const ends = [range.min, range.max] as const;
      return [
        `rewards are ${given}, where ${task ?? "the task"} gives ${sparse.map(short).join(" and ")}: with rewardScale ${short(scale)} and rewardShift ${short(shift)} the lowest and the highest become ${ends.map(becomes).join(" and ")} in place of ${sparse.map(becomes).join(" and ")}; ${remedy(found, sparse)}`,
      ];
    },
  },
];

function onlyReward({ rewardValues }: Inspection): number | undefined {
  return rewardValues?.length === 1 ? rewardValues[0]!.value : undefined;
}

/** Two rewards can be put in the place of the task's own; of others nobody can know. */
function remedy(found: readonly number[] | undefined, sparse: readonly [number, number]): string {
  if (found?.length !== 2) return "store the task's own rewards";
  return `store ${short(sparse[0])} in place of ${short(found[0]!)} and ${short(sparse[1])} in place of ${short(found[1]!)}`;
}
