/**
 * The share of episodes that a second policy gets, and what takes it back: its returns fall below those of the first by
 * more than their difference can be trusted.
 */
import type { RatioTerms } from "../estimation/importance-sampling.js";
import { type Interval, intervalOfDifference } from "../estimation/interval.js";

/** Each look may be wrong by chance: one in 200 of them takes back a share that is as good. */
const LEVEL = 0.99;
/** From so many episodes of each policy on. */
const FEWEST = 50;
/** The next look waits for half as many episodes again: many looks at one stream find something in the end. */
const GROWTH = 1.5;
/** So many of the newest returns of each policy are compared. */
const MOST = 1000;

/** Whether an episode belongs to the share: decided by its name alone, so that every server says the same. */
export function isInShare(episode: string, share: number): boolean {
  // FNV-1a, then the finaliser of MurmurHash3, which spreads the bits of names that differ in their last digit.
  let hash = 0x811c9dc5;
  for (let i = 0; i < episode.length; i++) hash = Math.imul(hash ^ episode.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) * 2 ** -32 < share;
}

/** The returns of two policies' whole episodes. */
export class Guard {
  private readonly returns = { first: [] as number[], second: [] as number[] };
  private secondSeen = 0;
  private nextLook = FEWEST;
  /** What the last look found: the second policy's mean return less the first one's. */
  difference: Interval | undefined;

  /** Forgets what was seen: another policy decides from now on. */
  begin(): void {
    this.returns.first.length = 0;
    this.returns.second.length = 0;
    this.secondSeen = 0;
    this.nextLook = FEWEST;
    this.difference = undefined;
  }

  /** Takes in the return of an episode. @returns the difference where it says that the second policy is worse */
  add(total: number, which: "first" | "second"): Interval | undefined {
    const returns = this.returns[which];
    returns.push(total);
    if (returns.length > MOST) returns.shift();
    if (which === "second") this.secondSeen++;
    const { first, second } = this.returns;
    if (this.secondSeen < this.nextLook || first.length < FEWEST) return undefined;
    this.nextLook = Math.ceil(this.secondSeen * GROWTH);
    this.difference = differenceOf(first, second);
    return this.difference.high < 0 ? this.difference : undefined;
  }
}

/** The mean of the second returns less that of the first, with its interval over episodes. */
function differenceOf(first: readonly number[], second: readonly number[]): Interval {
  const episodes = first.length + second.length;
  const only = (returns: readonly number[], from: number): RatioTerms => {
    const terms = { numerators: new Float64Array(episodes), denominators: new Float64Array(episodes) };
    terms.numerators.set(returns, from);
    terms.denominators.fill(1, from, from + returns.length);
    return { ...terms, episodes, terms: 1 };
  };
  return intervalOfDifference(only(second, first.length), only(first, 0), { level: LEVEL });
}
