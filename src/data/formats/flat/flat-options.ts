/**
 * What files of flat rows can be asked for, whatever their container.
 */
import type { ReadOptions } from "../format.js";

export const flatOptions = ["horizon", "ignore", "doneMeans", "dropFaulty", "successReward"] as const;

/** What may be said of pictures, where observations may be some. */
export const pictureOptions = ["images", "imageSize"] as const;

/** A file without marks of the clock is cut at the environment's horizon, where the user named none. */
export function withFallbackHorizon(options: ReadOptions): ReadOptions {
  const { fallbackHorizon, horizon = fallbackHorizon } = options;
  return { ...options, ...(horizon !== undefined && { horizon }) };
}
