/**
 * The policy server without the web: decisions, rewards and ends, each in the log before it is answered.
 */
import { randomUUID } from "node:crypto";
import { type DecisionLine, decisionId, type EventLine, type ServedLine } from "../data/formats/served/served-lines.js";
import { Batcher } from "./batcher.js";
import type { DecisionLog } from "./decision-log.js";
import type { Ledger } from "./ledger.js";
import type { Gauge, Metrics } from "./metrics.js";
import type { PolicyTeam, Role } from "./policy-team.js";
import { Refusal } from "./refusal.js";
import { type ActRequest, type EndRequest, MOST_IN_BATCH, type RewardRequest } from "./requests.js";
import type { Choice, Exploration, ServedPolicy } from "./served-policy.js";

/** How a service decides where a request does not say it. */
export interface ServiceOptions {
  /** Whether actions are drawn. */
  readonly stochastic: boolean;
  readonly exploration: Exploration;
  /** More episodes than these are not open at once. */
  readonly mostOpen: number;
  /** Milliseconds since 1970; a test's clock. */
  readonly now: () => number;
}

/** A request with what was settled when it came: the episode's name. */
interface Asked extends ActRequest {
  readonly episode: string;
}

/** What the policies said to a batch. */
interface Chosen {
  readonly role: Role;
  readonly policy: ServedPolicy;
  readonly choice: Choice;
  readonly shadow: DecisionLine["shadow"];
}

/** What earlier requests of a batch have taken and the ledger does not know yet. */
interface TakenSteps {
  /** The next step, by episode. */
  readonly next: Map<string, number>;
  /** Episodes that begin with the batch. */
  begun: number;
}

export class PolicyService {
  private readonly batcher = new Batcher<Asked, DecisionLine>((asked) => this.decide(asked), MOST_IN_BATCH);

  constructor(
    readonly team: PolicyTeam,
    private readonly log: DecisionLog,
    private readonly ledger: Ledger,
    readonly metrics: Metrics,
    private readonly options: ServiceOptions,
  ) {}

  /**
   * Chooses an action.
   * @throws Refusal (400 where nothing can be drawn, 409 for an episode that has ended, 503 where it cannot be recorded)
   */
  async act(request: ActRequest): Promise<DecisionLine> {
    if (request.stochastic && !this.team.canDraw)
      throw new Refusal(400, 'The policy has no distribution to draw actions from; leave "stochastic" out.');
    return this.batcher.push({ ...request, episode: request.episode ?? randomUUID() });
  }

  /** Records what a decision earned. @returns false where the same was known; @throws Refusal */
  reward({ decision, episode, step, reward }: RewardRequest): boolean {
    const open = this.ledger.openEpisode(episode);
    if (!open || step >= open.rewards.length)
      throw this.ledger.hasEnded(episode)
        ? new Refusal(409, "The decision's episode has ended; report rewards before its end.")
        : new Refusal(404, "There is no such decision; send the name that the answer to /act gave it.");
    const known = open.rewards[step];
    if (known === reward) return false;
    if (known !== undefined)
      throw new Refusal(
        409,
        `The decision has the reward ${known} already; add up what it earned, then report it once.`,
      );
    const line = { kind: "reward", decision, reward, time: this.options.now() } as const;
    this.log.append([line]);
    this.ledger.reward(line);
    this.metrics.count("calql_rewards_total");
    return true;
  }

  /** Ends an episode. @returns false where it had ended; @throws Refusal */
  end({ episode, how, observation }: EndRequest, idle = false): boolean {
    if (!this.ledger.openEpisode(episode)) {
      if (this.ledger.hasEnded(episode)) return false;
      throw new Refusal(404, "There is no such episode; /act begins one.");
    }
    const line = {
      kind: "end",
      episode,
      how,
      ...(observation !== undefined && { observation }),
      ...(idle && { idle }),
      time: this.options.now(),
    } as const;
    this.log.append([line]);
    const ended = this.ledger.end(line);
    this.metrics.count("calql_episodes_ended_total", { how: idle ? "idle" : how });
    const reason = this.team.judge(ended);
    if (reason !== undefined) this.tell("guard", reason, this.team.canary?.version);
    return true;
  }

  /** Ends the episodes of which nothing was heard for so many milliseconds. @returns how many */
  endIdle(milliseconds: number): number {
    const idle = this.ledger.idleSince(this.options.now() - milliseconds);
    for (const episode of idle) this.end({ episode, how: "truncated", observation: undefined }, true);
    return idle.length;
  }

  /** Lets another policy decide from the next request on, whole or not at all. @throws UsageError where it does not fit */
  async replace(role: Role | "shadow", policy: ServedPolicy): Promise<void> {
    if (this.options.stochastic && role !== "shadow") policy.refuseUndrawn();
    const old = this.team.replace(role, policy);
    this.tell("policy", `The ${role} policy is now ${policy.version} in place of ${old.version}.`, policy.version);
    this.metrics.count("calql_policy_changes_total", { role });
    await this.batcher.afterwardsDo(() => old.release());
  }

  /** Writes what the server did into the log; what cannot be written was done all the same. */
  tell(event: EventLine["event"], message: string, policy?: string): void {
    const time = this.options.now();
    try {
      this.log.append([{ kind: "event", event, message, ...(policy !== undefined && { policy }), time }]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** Until everybody has an answer; then nothing is written any more. */
  async close(): Promise<void> {
    await this.batcher.idle();
    this.log.close();
    await this.team.release();
  }

  /** What the metrics do not count. */
  gauges(): Gauge[] {
    const { share, reverted, difference } = this.team;
    const told = Object.entries(difference ?? {}).map(([bound, value]) => {
      return { name: "calql_canary_difference", labels: { bound }, value } as const;
    });
    return [
      { name: "calql_open_episodes", value: this.ledger.openCount },
      { name: "calql_log_bytes", value: this.log.size },
      { name: "calql_canary_share", value: share },
      { name: "calql_canary_reverted", value: Number(reverted) },
      ...told,
    ];
  }

  private async decide(asked: readonly Asked[]): Promise<(DecisionLine | Refusal)[]> {
    const chosen = await this.choose(asked);
    const taken: TakenSteps = { next: new Map(), begun: 0 };
    const outcomes = asked.map((request, i) => this.lineOf(request, chosen[i]!, taken));
    const lines = outcomes.filter((outcome): outcome is DecisionLine => !(outcome instanceof Refusal));
    if (lines.length > 0) this.log.append(lines satisfies readonly ServedLine[]);
    for (const line of lines) {
      this.ledger.decide(line);
      this.metrics.count("calql_decisions_total", { policy: line.policy, role: line.canary ? "canary" : "main" });
    }
    return outcomes;
  }

  /** One call of each policy, whoever of them decides. */
  private async choose(asked: readonly Asked[]): Promise<Chosen[]> {
    const { stochastic, exploration } = this.options;
    const roles = asked.map(({ episode }) => this.team.roleOf(episode));
    const chosen = new Array<Chosen>(asked.length);
    const shadows = await this.shadowChoices(asked);
    for (const role of ["main", "canary"] as const) {
      const places = roles.flatMap((found, i) => (found === role ? [i] : []));
      if (places.length === 0) continue;
      const policy = this.team.of(role);
      const draws = places.map((i) => ((asked[i]!.stochastic ?? stochastic) ? exploration : undefined));
      const choices = await policy.decide(
        places.map((i) => asked[i]!.observation),
        draws,
      );
      this.metrics.count("calql_policy_calls_total", { role });
      places.forEach((place, i) => {
        chosen[place] = { role, policy, choice: choices[i]!, shadow: shadows?.[place] };
      });
    }
    return chosen;
  }

  /** What fails in the shadow is counted and concerns nobody else. */
  private async shadowChoices(asked: readonly Asked[]): Promise<DecisionLine["shadow"][] | undefined> {
    const { shadow } = this.team;
    if (!shadow) return undefined;
    try {
      const rows = asked.map(({ observation }) => observation);
      const choices = await shadow.decide(rows, []);
      return choices.map(({ action }) => ({ policy: shadow.version, action }));
    } catch {
      this.metrics.count("calql_shadow_failures_total", {}, asked.length);
      return undefined;
    }
  }

  private lineOf({ episode, sent }: Asked, chosen: Chosen, taken: TakenSteps): DecisionLine | Refusal {
    if (this.ledger.hasEnded(episode)) return new Refusal(409, "The episode has ended; begin another one.");
    const open = this.ledger.openEpisode(episode);
    const step = taken.next.get(episode) ?? open?.rewards.length ?? 0;
    if (step === 0 && this.ledger.openCount + taken.begun++ >= this.options.mostOpen)
      return new Refusal(503, `There are ${this.options.mostOpen} open episodes, as many as are allowed; end some.`);
    taken.next.set(episode, step + 1);
    const { role, policy, choice, shadow } = chosen;
    return {
      kind: "decision",
      decision: decisionId(episode, step),
      episode,
      step,
      observation: sent,
      ...choice,
      policy: policy.version,
      ...(role === "canary" && { canary: true as const }),
      ...(shadow && { shadow }),
      time: this.options.now(),
    };
  }
}
