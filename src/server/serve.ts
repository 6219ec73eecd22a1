/**
 * A policy server from its beginning to its end: the folder of its log, its policies, the web, and a way out on which no
 * request is lost.
 */
import { randomInt } from "node:crypto";
import { UsageError } from "../errors.js";
import { type Disk, realDisk } from "../files/disk.js";
import { RandomStream } from "../random.js";
import { lockFolder } from "../runs/lock.js";
import { Access, type AccessOptions, isLoopback } from "./access.js";
import { policyApp } from "./app.js";
import { Metrics } from "./metrics.js";
import { type PolicySource, policySource, SourceWatch } from "./policy-source.js";
import { PolicyTeam, type Role } from "./policy-team.js";
import { recover } from "./recover.js";
import { ServedPolicy } from "./served-policy.js";
import { PolicyService } from "./service.js";
import { Web } from "./web.js";

export interface ServeOptions extends AccessOptions {
  /** A run folder or an ONNX file. */
  readonly policy: string;
  /** The folder of the log, made where it is not there. */
  readonly log: string;
  readonly host?: string;
  /** 0: any that is free. */
  readonly port?: number;
  /** Whether every line is put on the disk before it is acknowledged. */
  readonly sync?: boolean;
  /** Whether actions are drawn where a request does not say it. */
  readonly stochastic?: boolean;
  /** Of discrete actions that are drawn: the probability of a random one; default 0.1. */
  readonly epsilon?: number;
  /** Of the draws; default: another one every time. */
  readonly seed?: number;
  /** A policy whose choices are only logged. */
  readonly shadow?: string | undefined;
  /** A policy that gets a share of the episodes, between 0 and 1. */
  readonly canary?: { readonly policy: string; readonly share: number } | undefined;
  /** Milliseconds between two looks for newer policies; default 1,000. */
  readonly lookEvery?: number;
  /** Milliseconds after which an episode of which nothing is heard is ended as truncated; default a day. */
  readonly idleAfter?: number;
  readonly mostOpen?: number;
  /** Told what happens: a newer policy, a share that went back. */
  readonly onNotice?: (sentence: string) => void;
  readonly disk?: Disk;
}

/** A server at work. */
export interface RunningServer {
  readonly url: string;
  readonly service: PolicyService;
  /** Answers a request without the network. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Answers what is under way, then ends. */
  close(): Promise<void>;
}

const DAY = 24 * 60 * 60 * 1000;

/** @throws UsageError or DataError where it cannot begin; nothing is left behind then but the folder of the log */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { host = "127.0.0.1", port = 8787, onNotice = () => {} } = options;
  refuseOpen(host, options.token);
  const sources = sourcesOf(options);
  const cleaning: (() => void | Promise<void>)[] = [];
  const cleanUp = async () => {
    for (const clean of cleaning.splice(0).reverse()) await clean();
  };
  try {
    const team = await teamOf(sources, options, (policy) => cleaning.push(() => policy.release()));
    const unlock = lockFolder(options.log, "policy server");
    cleaning.unshift(unlock);
    const service = startService(team, options);
    // It releases its policies itself, also those that came later.
    cleaning.splice(0, cleaning.length, unlock, () => service.close());
    let ending = false;
    const app = policyApp(service, {
      access: new Access(options),
      isEnding: () => ending,
      onError: (error) => onNotice(`A request failed: ${textOf(error)}`),
    });
    const watches = watchesOf(sources, service, options);
    cleaning.push(async () => void (await Promise.all(watches.map((watch) => watch.stop()))));
    const web = await Web.listen(app.fetch, host, port);
    cleaning.push(() => web.close());
    const idle = setInterval(() => endIdle(service, options), Math.min(60_000, options.idleAfter ?? DAY));
    cleaning.push(() => clearInterval(idle));
    return {
      url: web.url,
      service,
      fetch: (request) => app.fetch(request),
      close() {
        ending = true;
        return cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

/** @throws UsageError: what other machines reach asks for a token */
function refuseOpen(host: string, token: string | undefined): void {
  if (token !== undefined && token.length < 16)
    throw new UsageError(
      "The token has fewer than 16 characters; take a longer one, such as openssl rand -hex 16 prints.",
    );
  if (isLoopback(host) || token !== undefined) return;
  throw new UsageError(
    `Other machines can reach ${host}, and anybody there could act and write the log; give a token (--token-file FILE or CALQL_TOKEN), or serve at 127.0.0.1.`,
  );
}

type Sources = Partial<Record<Role | "shadow", PolicySource>> & { readonly main: PolicySource };

function sourcesOf({ policy, shadow, canary }: ServeOptions): Sources {
  return {
    main: policySource(policy),
    ...(canary && { canary: policySource(canary.policy) }),
    ...(shadow !== undefined && { shadow: policySource(shadow) }),
  };
}

/** @param loaded is told of each policy, so that it can be released where a later one fails */
async function teamOf(
  sources: Sources,
  { canary: told, stochastic }: ServeOptions,
  loaded: (policy: ServedPolicy) => void,
): Promise<PolicyTeam> {
  const load = async (source: PolicySource) => {
    const policy = await ServedPolicy.load(await source.file());
    loaded(policy);
    return policy;
  };
  const main = await load(sources.main);
  const shadow = sources.shadow && (await load(sources.shadow));
  const canary = sources.canary && { policy: await load(sources.canary), share: told!.share };
  if (stochastic) for (const policy of [main, canary?.policy]) policy?.refuseUndrawn();
  return new PolicyTeam({ main, shadow, canary });
}

function startService(team: PolicyTeam, options: ServeOptions): PolicyService {
  const { stochastic = false, epsilon = 0.1, seed = randomInt(2 ** 31), mostOpen = 1_000_000 } = options;
  const { log, ledger } = recover(options.log, team, options.disk ?? realDisk, options.sync ?? false);
  const metrics = new Metrics();
  if (log.cutBytes > 0) {
    metrics.count("calql_torn_lines_total");
    options.onNotice?.(
      `The last line of ${log.path} was torn (${log.cutBytes} bytes, acknowledged to nobody) and was cut off.`,
    );
  }
  const exploration = { epsilon, random: new RandomStream(seed, "serving") };
  const service = new PolicyService(team, log, ledger, metrics, { stochastic, exploration, mostOpen, now: Date.now });
  service.tell("start", `The policy is ${team.main.version} of ${team.main.name}.`, team.main.version);
  return service;
}

function watchesOf(
  sources: Sources,
  service: PolicyService,
  { lookEvery = 1000, onNotice }: ServeOptions,
): SourceWatch[] {
  return (Object.entries(sources) as [Role | "shadow", PolicySource][]).map(([role, source]) => {
    const take = async () => {
      const policy = await ServedPolicy.load(await source.file());
      const old = service.team[role]!.version;
      if (policy.version === old) return policy.release();
      try {
        await service.replace(role, policy);
      } catch (error) {
        await policy.release();
        throw error;
      }
      onNotice?.(`The ${role} policy is now ${policy.version} of ${source.name}, in place of ${old}.`);
    };
    return new SourceWatch(source, lookEvery, take, (problem) => {
      service.metrics.count("calql_policy_refusals_total", { role });
      onNotice?.(problem);
    });
  });
}

function endIdle(service: PolicyService, { idleAfter = DAY, onNotice }: ServeOptions): void {
  try {
    service.endIdle(idleAfter);
  } catch (error) {
    onNotice?.(`Idle episodes were not ended: ${textOf(error)}`);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
