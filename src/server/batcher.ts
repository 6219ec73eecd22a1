/**
 * Requests that wait while the policies are at work are answered together: one call for many rows costs little more
 * than one for a single row.
 */

export class Batcher<Item, Result> {
  private waiting: { readonly item: Item; readonly settle: (outcome: Result | Error) => void }[] = [];
  private working: Promise<void> | undefined;
  private readonly afterwards: (() => Promise<void>)[] = [];

  /**
   * @param work answers items in their order, with an Error where one cannot be answered; if it throws, nobody is
   * @param most items in one call
   */
  constructor(
    private readonly work: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
    private readonly most: number,
  ) {}

  /** @throws the Error that `work` gave in place of a result, or threw */
  push(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Result | Error) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
      this.waiting.push({ item, settle });
      this.working ??= this.workOff();
    });
  }

  /** Does something at once, or when the call that is at work has ended: what it uses can then be released. */
  async afterwardsDo(action: () => Promise<void>): Promise<void> {
    if (!this.working) return action();
    this.afterwards.push(action);
  }

  /** Until nobody waits. */
  async idle(): Promise<void> {
    while (this.working) await this.working;
  }

  private async workOff(): Promise<void> {
    // What arrived in the same turn of the event loop belongs into the same call.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.most);
      let outcomes: readonly (Result | Error)[];
      try {
        outcomes = await this.work(batch.map(({ item }) => item));
      } catch (error) {
        outcomes = batch.map(() => error as Error);
      }
      batch.forEach(({ settle }, i) => {
        settle(outcomes[i]!);
      });
      for (const action of this.afterwards.splice(0)) await action();
      if (this.waiting.length === 0) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.working = undefined;
  }
}
