/**
 * Policies side by side, best first: what each is worth by the same members, and whether it can be told from the best. Two
 * policies are compared member by member, so that what a resample of the episodes does to both cancels.
 */
import type { MemberValues } from "./fit.js";
import { type Interval, intervalOfMembers } from "./interval.js";

export interface Judgement extends Interval {
  readonly name: string;
  /** Less the best one's; absent for that itself. */
  readonly behind?: Interval;
  /** Whether the interval of the difference leaves out 0. */
  readonly told: boolean;
}

/** @param members the values of each policy by the same members, by its name */
export function judgements(members: ReadonlyMap<string, MemberValues>): Judgement[] {
  const all = [...members]
    .map(([name, values]) => ({ name, values, ...intervalOfMembers(values) }))
    .sort((a, b) => b.value - a.value);
  const [best] = all;
  return all.map(({ values, ...judged }) => {
    if (judged.name === best!.name) return { ...judged, told: false };
    const behind = intervalOfMembers(values.map((value, i) => value - best!.values[i]!));
    return { ...judged, behind, told: behind.high < 0 };
  });
}
