/**
 * The bounds of the rewards that a run learns from, as its critics see them: they determine which values are possible
 * (value-watch.ts). A checkpoint keeps them, because data on disk are never seen whole.
 */
export class RewardRange {
  private minimum = Number.POSITIVE_INFINITY;
  private maximum = Number.NEGATIVE_INFINITY;

  see(rewards: ArrayLike<number>): void {
    for (let i = 0; i < rewards.length; i++) {
      const reward = rewards[i]!;
      if (reward < this.minimum) this.minimum = reward;
      if (reward > this.maximum) this.maximum = reward;
    }
  }

  /** Both; null before the first reward. */
  get bounds(): [minimum: number, maximum: number] | null {
    return this.minimum <= this.maximum ? [this.minimum, this.maximum] : null;
  }

  /** Continues from what a checkpoint kept, with whatever was seen here already. */
  restore([minimum, maximum]: readonly [number, number]): void {
    this.minimum = Math.min(this.minimum, minimum);
    this.maximum = Math.max(this.maximum, maximum);
  }
}
