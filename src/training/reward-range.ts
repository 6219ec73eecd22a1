/**
 * The least and the greatest of the rewards that a run learns from, as its critics see them: what values can be true
 * follows from these two (value-watch.ts). A checkpoint keeps them, because data on disk are never seen whole.
 */
export class RewardRange {
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;

  see(rewards: ArrayLike<number>): void {
    for (let i = 0; i < rewards.length; i++) {
      const reward = rewards[i]!;
      if (reward < this.least) this.least = reward;
      if (reward > this.most) this.most = reward;
    }
  }

  /** Both; null before the first reward. */
  get ends(): [least: number, most: number] | null {
    return this.least <= this.most ? [this.least, this.most] : null;
  }
}
