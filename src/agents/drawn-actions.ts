/**
 * Actions that are drawn from what a policy file answers, with how likely each was: what a log must hold so that other
 * policies can be judged by it. Probabilities of choices, densities of vectors in the environment's units.
 */
import type { RandomStream } from "../random.js";

/** What takes numbers in [-1, 1] to an action: low + (action + 1)*(high - low)/2; both [action]. */
export interface ActionScale {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** How the numbers of an action come from normally distributed ones. */
export interface DrawRule {
  /** What the documentation of an exported file says. */
  readonly formula: string;
  /** The same as code. */
  readonly squash: (value: number) => number;
  /** Whether the bounds themselves are drawn with a probability above 0. */
  readonly clips: boolean;
  /** log p(squash(mean + std*noise)). */
  readonly logDensity: (mean: number, logStd: number, noise: number) => number;
}

const LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** The log density of mean + std*noise. */
function logNormal(logStd: number, noise: number): number {
  return -0.5 * noise * noise - logStd - LOG_SQRT_TWO_PI;
}

export const drawRules: readonly DrawRule[] = [
  {
    formula: "tanh(mean + exp(logStd)*noise)",
    squash: Math.tanh,
    clips: false,
    // Haarnoja et al. 2018, appendix C; the slope as 2*(log 2 - u - softplus(-2u)), which does not cancel for large u.
    logDensity(mean, logStd, noise) {
      const u = mean + Math.exp(logStd) * noise;
      const softplus = Math.max(-2 * u, 0) + Math.log1p(Math.exp(-Math.abs(2 * u)));
      return logNormal(logStd, noise) - 2 * (Math.LN2 - u - softplus);
    },
  },
  {
    formula: "clip(mean + exp(logStd)*noise, -1, 1)",
    squash: (value) => Math.min(Math.max(value, -1), 1),
    clips: true,
    // A number that was clipped has a probability, not a density: all of the tail beyond the bound.
    logDensity(mean, logStd, noise) {
      const std = Math.exp(logStd);
      const drawn = mean + std * noise;
      if (drawn > -1 && drawn < 1) return logNormal(logStd, noise);
      return Math.log(upperTail(drawn >= 1 ? (1 - mean) / std : (1 + mean) / std));
    },
  },
];

/**
 * P(N(0, 1) > z): below 3 by the power series, above by the continued fraction (Abramowitz and Stegun 26.2.11 and
 * 26.2.14), whose relative error is then below 1e-9.
 */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const density = Math.exp(-0.5 * z * z - LOG_SQRT_TWO_PI);
  if (z >= 3) {
    let fraction = z;
    for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
    return density / fraction;
  }
  let [sum, term] = [z, z];
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 - density * sum;
}

/** A choice and its probability. */
export interface DrawnChoice {
  readonly action: number;
  readonly probability: number;
}

/**
 * Epsilon-greedy among the values of all actions: the best one with probability 1 - epsilon + epsilon/n, every other
 * with epsilon/n. Of equal values the first is the best, as in the exported file.
 * @param explore undefined: the best one, always
 */
export function drawChoice(
  values: Float32Array,
  explore?: { readonly epsilon: number; readonly random: RandomStream },
): DrawnChoice {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  if (explore === undefined) return { action: best, probability: 1 };
  const { epsilon, random } = explore;
  const each = epsilon / values.length;
  const action = random.uniform() < epsilon ? random.integer(values.length) : best;
  return { action, probability: action === best ? 1 - epsilon + each : each };
}

/** A vector [action] in the environment's units, and its density there. */
export interface DrawnVector {
  readonly action: Float32Array;
  readonly density: number;
}

/** An action drawn from the distribution of one observation, mean and logStd [action]. */
export function drawVector(
  rule: DrawRule,
  mean: Float32Array,
  logStd: Float32Array,
  scale: ActionScale | undefined,
  random: RandomStream,
): DrawnVector {
  const action = new Float32Array(mean.length);
  let logDensity = 0;
  for (let i = 0; i < mean.length; i++) {
    const noise = random.normal();
    const unit = rule.squash(mean[i]! + Math.exp(logStd[i]!) * noise);
    logDensity += rule.logDensity(mean[i]!, logStd[i]!, noise);
    const [low, high] = scale ? [scale.low[i]!, scale.high[i]!] : [-1, 1];
    action[i] = low + ((unit + 1) * (high - low)) / 2;
    const isClipped = rule.clips && Math.abs(unit) === 1;
    if (!isClipped) logDensity -= Math.log((high - low) / 2);
  }
  return { action, density: Math.exp(logDensity) };
}
