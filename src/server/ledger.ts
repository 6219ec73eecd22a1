/**
 * What the server knows of episodes: which are open, how far they are and what they have earned. It changes only by the
 * lines of the log, live and when the server starts again, so that both lead to the same.
 */
import type { DecisionLine, EndLine, RewardLine } from "../data/formats/served/served-lines.js";
import { decisionOf } from "../data/formats/served/served-lines.js";

/** An open episode. */
export interface OpenEpisode {
  /** By step; undefined where none was reported. */
  readonly rewards: (number | undefined)[];
  /** How many of its decisions the second policy of a share made. */
  canaryDecisions: number;
  /** The versions of the policies that decided. */
  readonly policies: Set<string>;
  /** When something was last heard of it, in milliseconds since 1970. */
  heard: number;
}

/** An episode that has ended. */
export interface EndedEpisode {
  /** The sum of its rewards. */
  readonly return: number;
  /** Whose it is: undefined where several policies decided. */
  readonly policy: string | undefined;
  readonly canary: boolean;
}

/** So many of the last that ended are known by name, so that a late request is told so. */
const MOST_ENDED = 100_000;

export class Ledger {
  private readonly open = new Map<string, OpenEpisode>();
  private readonly ended = new Set<string>();

  get openCount(): number {
    return this.open.size;
  }

  openEpisode(episode: string): OpenEpisode | undefined {
    return this.open.get(episode);
  }

  hasEnded(episode: string): boolean {
    return this.ended.has(episode);
  }

  /** The names of the open episodes of which nothing was heard since then. */
  idleSince(time: number): string[] {
    return [...this.open].filter(([, { heard }]) => heard < time).map(([episode]) => episode);
  }

  decide({ episode, policy, canary, time }: DecisionLine): void {
    let open = this.open.get(episode);
    if (open === undefined) {
      open = { rewards: [], canaryDecisions: 0, policies: new Set(), heard: time };
      this.open.set(episode, open);
    }
    open.rewards.push(undefined);
    open.policies.add(policy);
    if (canary) open.canaryDecisions++;
    open.heard = time;
  }

  reward({ decision, reward, time }: RewardLine): void {
    const { episode, step } = decisionOf(decision)!;
    const open = this.open.get(episode)!;
    open.rewards[step] = reward;
    open.heard = time;
  }

  end({ episode }: EndLine): EndedEpisode {
    const { rewards, canaryDecisions, policies } = this.open.get(episode)!;
    this.open.delete(episode);
    this.ended.add(episode);
    if (this.ended.size > MOST_ENDED) this.ended.delete(this.ended.values().next().value!);
    const isWhole = policies.size === 1 && (canaryDecisions === 0 || canaryDecisions === rewards.length);
    return {
      return: rewards.reduce<number>((sum, reward) => sum + (reward ?? 0), 0),
      policy: isWhole ? policies.values().next().value : undefined,
      canary: canaryDecisions > 0,
    };
  }
}
