/**
 * What inspection says about actions, gathered episode by episode: how often each choice was taken, how many values lie
 * beyond their bounds, and whether vectors look like choices that were written as numbers.
 */
import type { Dataset } from "./episode.js";
import { ValuePass, type ValueSummary } from "./inspect-values.js";
import { type ActionBounds, countBeyond } from "./transform.js";

/** What an `ActionPass` finds. */
export interface ActionSummary {
  readonly actions: ValueSummary;
  /** Only for discrete actions: how many steps took each of them, by number. */
  readonly actionCounts?: readonly number[];
  /** Share of the action values beyond their bounds, or beyond +-1 where none are known. 0 for discrete actions. */
  readonly actionsBeyondShare: number;
  /** Whether vectors hold nothing but whole numbers. */
  readonly wholeActions: boolean;
  /** Whether every vector, of two numbers or more, is a single 1 among zeros, or among -1. */
  readonly oneHotActions: boolean;
  /** Of each column, how its values lie to the middle of their bounds, or to 0 where none are known. Shares in [0, 1]. */
  readonly sides: readonly Sides[];
}

export interface Sides {
  readonly below: number;
  readonly above: number;
}

export class ActionPass {
  private readonly values: ValuePass;
  private readonly counts: number[] | undefined;
  private readonly bounds: ActionBounds;
  private beyond = 0;
  private count = 0;
  private whole: boolean;
  private oneHot: boolean;
  private readonly below: Float64Array;
  private readonly above: Float64Array;

  constructor(private readonly header: Pick<Dataset, "actionSize" | "discreteActions" | "actionBounds">) {
    const { actionSize, discreteActions, actionBounds } = header;
    this.values = new ValuePass(actionSize);
    this.counts = discreteActions === undefined ? undefined : new Array<number>(discreteActions).fill(0);
    const all = (value: number) => new Float32Array(actionSize).fill(value);
    this.bounds = actionBounds ?? { low: all(-1), high: all(1) };
    this.whole = this.counts === undefined;
    this.oneHot = this.whole && actionSize > 1;
    this.below = new Float64Array(actionSize);
    this.above = new Float64Array(actionSize);
  }

  see(actions: Float32Array): void {
    this.values.see(actions);
    this.count += actions.length;
    if (this.counts) for (const action of actions) this.counts[action]!++;
    else this.beyond += countBeyond(actions, this.bounds);
    this.countSides(actions);
    this.whole &&= actions.every(Number.isInteger);
    this.oneHot &&= this.whole && allOneHot(actions, this.header.actionSize);
  }

  get summary(): ActionSummary {
    const seen = this.count > 0;
    const { actionSize } = this.header;
    return {
      actions: this.values.summary,
      ...(this.counts && { actionCounts: this.counts }),
      actionsBeyondShare: this.beyond / Math.max(1, this.count),
      wholeActions: seen && this.whole,
      oneHotActions: seen && this.oneHot,
      sides: Array.from(this.below, (below, column) => ({
        below: below / Math.max(1, this.count / actionSize),
        above: this.above[column]! / Math.max(1, this.count / actionSize),
      })),
    };
  }

  private countSides(actions: Float32Array): void {
    const { low, high } = this.bounds;
    const size = this.header.actionSize;
    for (let column = 0; column < size; column++) {
      const middle = (low[column]! + high[column]!) / 2;
      for (let i = column; i < actions.length; i += size) {
        if (actions[i]! < middle) this.below[column]!++;
        else if (actions[i]! > middle) this.above[column]!++;
      }
    }
  }
}

function allOneHot(actions: Float32Array, size: number): boolean {
  for (let row = 0; row < actions.length; row += size) {
    let ones = 0;
    let zeros = 0;
    for (let i = row; i < row + size; i++) {
      if (actions[i] === 1) ones++;
      else if (actions[i] === 0) zeros++;
      else if (actions[i] !== -1) return false;
    }
    if (ones !== 1 || (zeros !== 0 && zeros !== size - 1)) return false;
  }
  return true;
}
