/**
 * The policies of a server: the one that decides, the second one that gets a share of the episodes until the guard
 * takes it back, and the shadow that is asked beside them and heeded by nobody.
 */
import type { Interval } from "../estimation/interval.js";
import { Guard, isInShare } from "./guard.js";
import type { EndedEpisode } from "./ledger.js";
import type { ServedPolicy } from "./served-policy.js";

/** Whose decisions count. */
export type Role = "main" | "canary";

/** The policies at the start. */
export interface TeamOptions {
  readonly main: ServedPolicy;
  readonly shadow?: ServedPolicy | undefined;
  readonly canary?: { readonly policy: ServedPolicy; readonly share: number } | undefined;
}

export class PolicyTeam {
  private readonly policies: Partial<Record<Role | "shadow", ServedPolicy>>;
  private readonly guard = new Guard();
  private readonly told: number;
  /** Whether the guard has taken the share back. */
  reverted = false;

  /** @throws UsageError where they are not policies of one task */
  constructor({ main, shadow, canary }: TeamOptions) {
    for (const other of [shadow, canary?.policy]) if (other) main.refuseOther(other);
    this.policies = { main, ...(shadow && { shadow }), ...(canary && { canary: canary.policy }) };
    this.told = canary?.share ?? 0;
  }

  get main(): ServedPolicy {
    return this.policies.main!;
  }

  get canary(): ServedPolicy | undefined {
    return this.policies.canary;
  }

  get shadow(): ServedPolicy | undefined {
    return this.policies.shadow;
  }

  /** The share of episodes that the second policy gets now. */
  get share(): number {
    return this.reverted ? 0 : this.told;
  }

  /** What the guard found when it looked last. */
  get difference(): Interval | undefined {
    return this.guard.difference;
  }

  /** Whether actions can be drawn, whoever decides. */
  get canDraw(): boolean {
    return this.main.canDraw && this.canary?.canDraw !== false;
  }

  of(role: Role): ServedPolicy {
    return this.policies[role]!;
  }

  /** Who decides in an episode; after the guard has spoken, at once the first policy in all of them. */
  roleOf(episode: string): Role {
    return isInShare(episode, this.share) ? "canary" : "main";
  }

  /** Takes in an episode that has ended. @returns a sentence where the share goes back because of it */
  judge({ return: total, policy, canary }: EndedEpisode): string | undefined {
    const decider = canary ? this.canary : this.main;
    if (this.share === 0 || policy !== decider?.version) return undefined;
    const worse = this.guard.add(total, canary ? "second" : "first");
    if (worse === undefined) return undefined;
    this.reverted = true;
    const [value, low, high] = [worse.value, worse.low, worse.high].map((number) => Number(number.toPrecision(3)));
    return `All episodes go to the policy ${this.main.version} again: the mean return of ${this.canary!.version} differs from its own by ${value} (99 % interval ${low} to ${high}).`;
  }

  /** The share went back before: the guard is not asked again about the same policy. */
  revert(version: string | undefined): void {
    if (version === this.canary?.version) this.reverted = true;
  }

  /** @returns the policy before, which nothing new is asked of; @throws UsageError where the new one does not fit */
  replace(role: Role | "shadow", policy: ServedPolicy): ServedPolicy {
    const old = this.policies[role]!;
    old.refuseOther(policy);
    this.policies[role] = policy;
    if (role !== "shadow") this.guard.begin();
    if (role === "canary") this.reverted = false;
    return old;
  }

  async release(): Promise<void> {
    for (const policy of Object.values(this.policies)) await policy.release();
  }
}
