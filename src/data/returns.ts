/**
 * What a recorded trajectory was worth from each step on: the Monte-Carlo return-to-go, by which Cal-QL bounds its
 * critics from below. It is computed once per trajectory, on rewards that are already scaled and shifted, because the
 * critics live on that scale.
 */
import { UsageError } from "../errors.js";
import { shown } from "../requirement.js";

/** How returns-to-go are computed for a task. */
export interface ReturnsRule {
  /** The discount gamma, in [0, 1]; below 1 where `sparseFailureReward` is given. */
  readonly discount: number;
  /**
   * For sparse tasks: the reward (scaled and shifted) of a step that fails. A trajectory in which every reward is this
   * one is taken to fail forever. Leave it out for dense rewards.
   */
  readonly sparseFailureReward?: number;
}

/**
 * The return-to-go G of every step: G_t = r_t + discount * G_{t+1} * (1 - terminated_t), and 0 after the last step. A
 * truncated end adds no bootstrap: G is what was seen, not what was expected. Where all rewards of a sparse task are the
 * failure reward, G is that of failing forever, r_fail / (1 - discount), at every step.
 *
 * The recursion runs in double precision and is rounded once, at the end.
 *
 * @param rewards [steps], scaled and shifted
 * @param terminated [steps], 1 where the task ended, also in the middle of a trajectory
 * @returns [steps]
 * @throws UsageError if there are no arrays or rule, the lengths differ or the discount does not suit the rule
 * @see Nakamoto et al. 2023, "Cal-QL", section 4 and appendix D
 */
export function returnsToGo(
  rewards: ArrayLike<number>,
  terminated: ArrayLike<number>,
  rule: ReturnsRule,
): Float32Array<ArrayBuffer> {
  const given = { rewards, terminated, rule };
  for (const [name, value] of Object.entries(given))
    if (typeof value !== "object" || value === null)
      throw new UsageError(
        `The ${name} of returnsToGo() is ${shown(value)}; write returnsToGo(rewards, terminated, { discount }), with one of the first two for each step.`,
      );
  checkRule(rewards.length, terminated.length, rule);
  const returns = new Float32Array(rewards.length);
  if (failsThroughout(rewards, rule.sparseFailureReward)) {
    return returns.fill((rule.sparseFailureReward ?? 0) / (1 - rule.discount));
  }
  let following = 0;
  for (let step = rewards.length - 1; step >= 0; step--) {
    following = rewards[step]! + rule.discount * following * (1 - terminated[step]!);
    returns[step] = following;
  }
  return returns;
}

/**
 * Whether ALL rewards are the failure reward: the last one alone does not tell, since a trajectory may succeed and fail
 * again. Both sides are compared in float32, in which rewards are stored.
 */
export function failsThroughout(rewards: ArrayLike<number>, failureReward: number | undefined): boolean {
  if (failureReward === undefined || rewards.length === 0) return false;
  const failure = Math.fround(failureReward);
  for (let step = 0; step < rewards.length; step++) {
    if (Math.fround(rewards[step]!) !== failure) return false;
  }
  return true;
}

function checkRule(rewards: number, terminated: number, rule: ReturnsRule): void {
  if (rewards !== terminated) {
    throw new UsageError(
      `returnsToGo: ${rewards} rewards but ${terminated} terminated flags; give one of each per step.`,
    );
  }
  const highest = rule.sparseFailureReward === undefined ? "1" : "below 1 with a sparse failure reward";
  const fits = rule.discount >= 0 && (rule.sparseFailureReward === undefined ? rule.discount <= 1 : rule.discount < 1);
  if (!fits)
    throw new UsageError(
      `returnsToGo: discount ${rule.discount} is not in 0 to ${highest}; give the discount of the task, such as 0.99.`,
    );
}
