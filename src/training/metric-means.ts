/**
 * The mean of every metric over the updates since the last line that was recorded.
 */

export class MetricMeans {
  private readonly sums: Record<string, number> = {};
  private count = 0;

  add(metrics: Readonly<Record<string, number>>): void {
    for (const name in metrics) this.sums[name] = (this.sums[name] ?? 0) + metrics[name]!;
    this.count++;
  }

  /** What a checkpoint keeps of it; `restore` takes it back. */
  save(): { readonly names: string[]; readonly sums: Float64Array; readonly count: number } {
    const names = Object.keys(this.sums);
    return { names, sums: Float64Array.from(names, (name) => this.sums[name]!), count: this.count };
  }

  restore({ names, sums, count }: ReturnType<MetricMeans["save"]>): void {
    for (const [i, name] of names.entries()) this.sums[name] = sums[i]!;
    this.count = count;
  }

  get empty(): boolean {
    return this.count === 0;
  }

  /** The means so far, after which the count begins anew. */
  take(): Record<string, number> {
    const means: Record<string, number> = {};
    for (const name of Object.keys(this.sums)) {
      means[name] = this.sums[name]! / this.count;
      delete this.sums[name];
    }
    this.count = 0;
    return means;
  }
}
