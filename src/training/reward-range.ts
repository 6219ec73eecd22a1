/**
 * The bounds of the rewards that a run learns from, as its critics see them: all of them determine which values are
 * possible (value-watch.ts), and the lowest after which the episode went on what doing nothing is worth (doctor.ts). A
 * checkpoint keeps them, because data on disk are never seen whole.
 */
export class RewardRange {
  private minimum = Number.POSITIVE_INFINITY;
  private maximum = Number.NEGATIVE_INFINITY;
  private lasting = Number.POSITIVE_INFINITY;

  /** @param terminated 1 where the task ended with the reward, so that nobody can receive it again and again */
  see(rewards: ArrayLike<number>, terminated: ArrayLike<number>): void {
    for (let i = 0; i < rewards.length; i++) {
      const reward = rewards[i]!;
      if (reward < this.minimum) this.minimum = reward;
      if (reward > this.maximum) this.maximum = reward;
      if (reward < this.lasting && !terminated[i]) this.lasting = reward;
    }
  }

  /** Both; null before the first reward. */
  get bounds(): [minimum: number, maximum: number] | null {
    return this.minimum <= this.maximum ? [this.minimum, this.maximum] : null;
  }

  /** The lowest reward of a step that did not end its episode; undefined before the first. */
  get lowestLasting(): number | undefined {
    return this.lasting < Number.POSITIVE_INFINITY ? this.lasting : undefined;
  }

  /** Continues from what a checkpoint kept, with whatever was seen here already. */
  restore([minimum, maximum]: readonly [number, number], lasting: number | null): void {
    this.minimum = Math.min(this.minimum, minimum);
    this.maximum = Math.max(this.maximum, maximum);
    this.lasting = Math.min(this.lasting, lasting ?? Number.POSITIVE_INFINITY);
  }
}
