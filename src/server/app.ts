/**
 * The server's routes. Everything that changes something is a POST with a JSON body; every answer is JSON but the
 * metrics, and no browser takes it for a page.
 */
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { DecisionLine } from "../data/formats/served/served-lines.js";
import type { Access } from "./access.js";
import { Refusal } from "./refusal.js";
import { readAct, readEnd, readReward } from "./requests.js";
import type { PolicyService } from "./service.js";

export type ServerContext = Context<{ Bindings: HttpBindings }>;

/** What the routes need besides the service. */
export interface AppOptions {
  readonly access: Access;
  /** Whether the server is about to end: it asks to be left, and answers all the same. */
  readonly isEnding: () => boolean;
  /** Told of errors that are bugs. */
  readonly onError: (error: unknown) => void;
}

const guarded = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
} as const;
const json = { ...guarded, "Content-Type": "application/json" };
const metricsText = { ...guarded, "Content-Type": "text/plain; version=0.0.4; charset=utf-8" };

/** An answer before it is sent: with plain headers, which the adapter writes without making objects of them. */
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const routes = ["/act", "/reward", "/end", "/health", "/metrics", "/policy"] as const;
type Route = (typeof routes)[number];

export function policyApp(service: PolicyService, { access, isEnding, onError }: AppOptions) {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const body = async (c: ServerContext) => parsed(await c.req.arrayBuffer());
  const parts = () => service.team.main.header.observations;

  const answered =
    (route: Route | "other", work: (c: ServerContext) => Answer | Promise<Answer>) => async (c: ServerContext) => {
      const began = performance.now();
      const answer = await answerOf(c, work);
      service.metrics.count("calql_requests_total", { route, status: answer.status });
      service.metrics.observe((performance.now() - began) / 1000);
      return respond(c, answer);
    };

  const answerOf = async (c: ServerContext, work: (c: ServerContext) => Answer | Promise<Answer>): Promise<Answer> => {
    try {
      const header = (name: string) => c.req.header(name);
      access.check({ method: c.req.method, address: c.env?.incoming?.socket.remoteAddress ?? "", header });
      return await work(c);
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      onError(error);
      return ok({ error: "The server made a mistake; its own output says which." }, 500);
    }
  };

  const respond = (c: ServerContext, { status, body, headers }: Answer): Response => {
    const origin = access.allowedOrigin(c.req.header("origin"));
    const all = {
      ...headers,
      ...(isEnding() && { Connection: "close" }),
      ...(origin !== undefined && { "Access-Control-Allow-Origin": origin, Vary: "Origin" }),
    };
    return new Response(status === 204 ? null : body, { status, headers: all });
  };

  app.post(
    "/act",
    answered("/act", async (c) => {
      const { acts, batch } = readAct(await body(c), parts());
      if (!batch) return ok(answerTo(await service.act(acts[0]!)));
      return ok({ batch: await Promise.all(acts.map((act) => service.act(act).then(answerTo, refusalIn))) });
    }),
  );
  app.post(
    "/reward",
    answered("/reward", async (c) => ok({ recorded: service.reward(readReward(await body(c))) })),
  );
  app.post(
    "/end",
    answered("/end", async (c) => ok({ recorded: service.end(readEnd(await body(c), parts())) })),
  );
  app.get(
    "/health",
    answered("/health", () => (isEnding() ? ok({ status: "ending" }, 503) : ok({ status: "ok" }))),
  );
  app.get(
    "/metrics",
    answered("/metrics", () => ({ status: 200, body: service.metrics.text(service.gauges()), headers: metricsText })),
  );
  app.get(
    "/policy",
    answered("/policy", () => ok(described(service))),
  );
  app.options("*", answered("other", preflight));
  app.all(
    "*",
    answered("other", (c) => {
      const known = (routes as readonly string[]).includes(c.req.path);
      throw known
        ? new Refusal(405, "Actions, rewards and ends are POST requests; all others are GET.")
        : new Refusal(404, `There is no such place; known: ${routes.join(", ")}.`);
    }),
  );
  return app;
}

/** What the client is told of a decision. */
function answerTo({ decision, episode, step, action, propensity, policy }: DecisionLine) {
  return { decision, episode, step, action, propensity, policy };
}

/** In a batch each is refused by itself: the others were decided. @throws what is no refusal */
function refusalIn(error: unknown): { readonly error: string } {
  if (error instanceof Refusal) return { error: error.message };
  throw error;
}

/** What is served, for clients and people. */
function described({ team }: PolicyService) {
  const { observations, actions } = team.main.header;
  const { canary, shadow, share, reverted, difference } = team;
  return {
    policy: team.main.version,
    observations,
    actions,
    metadata: team.main.metadata,
    ...(canary && { canary: { policy: canary.version, share, reverted, ...(difference && { difference }) } }),
    ...(shadow && { shadow: { policy: shadow.version } }),
  };
}

function preflight(): Answer {
  const allowed = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
  };
  return { status: 204, body: "", headers: { ...guarded, ...allowed, "Access-Control-Max-Age": "600" } };
}

function ok(value: object, status = 200): Answer {
  return { status, body: JSON.stringify(value), headers: json };
}

function refused({ status, message }: Refusal): Answer {
  const wait = status === 429 || status === 503 ? { "Retry-After": "1" } : {};
  return { status, body: JSON.stringify({ error: message }), headers: { ...json, ...wait } };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** @throws Refusal (400) */
function parsed(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw new Refusal(400, "The body is not JSON in UTF-8.");
  }
}
