/**
 * What a policy is worth by the propensities that were logged: the estimates that weigh episodes, side by side, and how far
 * the weights themselves can be trusted, in words.
 */
import { doublyRobust } from "./doubly-robust.js";
import {
  effectiveSampleSize,
  importanceSampling,
  perDecision,
  type RatioTerms,
  weightedImportanceSampling,
  weightsOf,
} from "./importance-sampling.js";
import { type Interval, type IntervalOptions, interval } from "./interval.js";
import type { LoggedEpisode, ModelledEpisode } from "./logged-episode.js";

/** How far the weights of whole episodes overlap with what was logged. */
export interface Overlap {
  readonly episodes: number;
  /** Episodes of equal weight that would say as much (Kish). */
  readonly effective: number;
  /** The largest weight as a share of all; 0 where none has any. */
  readonly largestShare: number;
  /** Right propensities that are nowhere 0 make it 1 on average. */
  readonly meanWeight: number;
  /** The standard error of that. */
  readonly meanWeightError: number;
}

export interface PropensityEstimates {
  readonly importanceSampling: Interval;
  readonly selfNormalised: Interval;
  readonly perDecision: Interval;
  readonly doublyRobust: Interval;
  readonly overlap: Overlap;
}

/** @throws DataError for what is no probability */
export function estimatesByPropensity(
  episodes: readonly ModelledEpisode[],
  discount: number,
  options: IntervalOptions = {},
): PropensityEstimates {
  const by = (estimate: (episodes: readonly ModelledEpisode[], discount: number) => RatioTerms) =>
    interval(estimate(episodes, discount), options);
  return {
    importanceSampling: by(importanceSampling),
    selfNormalised: by(weightedImportanceSampling),
    perDecision: by(perDecision),
    doublyRobust: by(doublyRobust),
    overlap: overlapOf(episodes),
  };
}

export function overlapOf(episodes: readonly LoggedEpisode[]): Overlap {
  const weights = weightsOf(episodes);
  const count = weights.length;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const meanWeight = sum / count;
  const squares = weights.reduce((total, weight) => total + (weight - meanWeight) ** 2, 0);
  return {
    episodes: count,
    effective: effectiveSampleSize(weights),
    largestShare: sum > 0 ? weights.reduce((most, weight) => Math.max(most, weight), 0) / sum : 0,
    meanWeight,
    meanWeightError: Math.sqrt(squares / Math.max(1, count - 1) / count),
  };
}

/** Below so many equally weighted episodes an interval from resamples is too narrow. */
const FEW_EFFECTIVE = 20;
/** A single episode that decides more than this is worth telling. */
const LARGE_SHARE = 0.1;
/** Standard errors beyond which a mean weight is not 1 by chance. */
const FAR = 4;

/** What is to be known before the estimates are believed, one sentence each; empty where the overlap is good. */
export function overlapWarnings(name: string, overlap: Overlap): string[] {
  const { episodes, effective, largestShare, meanWeight, meanWeightError } = overlap;
  if (effective === 0)
    return [
      `No logged episode does what ${name} does from beginning to end, so that weighing episodes says nothing of it; go by fitted Q, or try it on a few and log their propensities.`,
    ];
  const warnings: string[] = [];
  if (effective < FEW_EFFECTIVE)
    warnings.push(
      `Of ${name}'s ${episodes} weighted episodes about ${Math.max(1, Math.round(effective))} count: the intervals of importance sampling are too narrow; go by doubly robust and fitted Q.`,
    );
  if (largestShare > LARGE_SHARE)
    warnings.push(`A single episode has ${Math.round(100 * largestShare)} % of all weight that ${name} gives.`);
  if (Math.abs(meanWeight - 1) > FAR * meanWeightError)
    warnings.push(
      `The weights of ${name} have the mean ${Number(meanWeight.toPrecision(3))} where 1 is expected: the log never shows what it does somewhere, or the propensities are not those with which the actions were chosen.`,
    );
  return warnings;
}
