/**
 * A client of `calql serve` for browsers, Node.js and every other place that has `fetch`; it imports nothing.
 */

/** A vector, or the parts of an observation by name; bytes of pictures as they are, or as base64. */
export type ClientObservation = Numbers | Readonly<Record<string, Numbers | string>>;
/** A list of numbers, plain or typed. */
export type Numbers = readonly number[] | Float32Array | Uint8Array | Int32Array;

/** What the server decided. */
export interface Decision {
  /** By this name its reward is reported. */
  readonly decision: string;
  readonly episode: string;
  /** From 0 on. */
  readonly step: number;
  /** The number of a choice, or a vector in the environment's units. */
  readonly action: number | readonly number[];
  /** The probability of the choice, or the density of the vector; null of a vector that was not drawn. */
  readonly propensity: number | null;
  /** The version of the policy that decided. */
  readonly policy: string;
}

/** How an action is asked for. */
export interface ActOptions {
  /** The episode that it belongs to: a session, a customer, a game; default: a new one, which the answer names. */
  readonly episode?: string;
  /** Whether to draw the action; default: as the server was told. */
  readonly stochastic?: boolean;
}

/** How an episode ends. */
export interface EndOptions {
  /** "terminated" (default): the task ended; "truncated": it was broken off. */
  readonly how?: "terminated" | "truncated";
  /** What was seen after the last action; without it, the last step of a truncated episode is not learned from. */
  readonly observation?: ClientObservation;
}

export interface ClientOptions {
  /** Sent with every request. */
  readonly token?: string;
  /** So often a request is sent again that the server or the network did not answer; default 3. */
  readonly retries?: number;
  /** Milliseconds before the first repetition, twice as many before each further one; default 100. */
  readonly pause?: number;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** The server refused a request, in its own words. */
export class ServerRefusal extends Error {
  override readonly name = "ServerRefusal";
  constructor(
    /** The status of HTTP: 4xx is the caller's mistake. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Asks one server. */
export class PolicyClient {
  /** @param url where the server is, such as "http://127.0.0.1:8787" */
  constructor(
    private readonly url: string,
    private readonly options: ClientOptions = {},
  ) {}

  /**
   * Asks for an action. Not repeated where the network fails: the server may have decided.
   * @throws ServerRefusal, or what `fetch` throws where the server cannot be reached
   */
  act(observation: ClientObservation, options: ActOptions = {}): Promise<Decision> {
    return this.post<Decision>("act", { ...options, observation: sendable(observation) }, false);
  }

  /** Asks for several actions at once, each of which may be refused by itself; @throws as `act` does */
  async actAll(
    requests: readonly (ActOptions & { readonly observation: ClientObservation })[],
  ): Promise<readonly (Decision | { readonly error: string })[]> {
    const batch = requests.map(({ observation, ...options }) => ({ ...options, observation: sendable(observation) }));
    const { batch: answers } = await this.post<{ readonly batch: readonly (Decision | { readonly error: string })[] }>(
      "act",
      { batch },
      false,
    );
    return answers;
  }

  /** Reports what a decision earned, once and before its episode ends; a repetition changes nothing. @throws as `act` does */
  async reward(decision: string | Pick<Decision, "decision">, reward: number): Promise<void> {
    const name = typeof decision === "string" ? decision : decision.decision;
    await this.post("reward", { decision: name, reward }, true);
  }

  /** Ends an episode: decisions without a reward earned 0. A repetition changes nothing. @throws as `act` does */
  async end(episode: string | Pick<Decision, "episode">, { how, observation }: EndOptions = {}): Promise<void> {
    const name = typeof episode === "string" ? episode : episode.episode;
    const seen = observation === undefined ? undefined : sendable(observation);
    await this.post("end", { episode: name, how, observation: seen }, true);
  }

  /** @param repeatable whether the request may be sent again although the server may have heard it */
  private async post<Result>(route: string, body: object, repeatable: boolean): Promise<Result> {
    const { token, retries = 3, pause = 100, fetch: ask = fetch } = this.options;
    const headers = {
      "Content-Type": "application/json",
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    };
    const request = { method: "POST", headers, body: JSON.stringify(body) };
    for (let attempt = 0; ; attempt++) {
      let problem: unknown;
      try {
        const response = await ask(`${this.url.replace(/\/$/, "")}/${route}`, request);
        const answer = (await response.json()) as Result & { readonly error?: string };
        if (response.ok) return answer;
        problem = new ServerRefusal(response.status, answer.error ?? `The server answered ${response.status}.`);
      } catch (error) {
        problem = error;
      }
      const again = problem instanceof ServerRefusal ? [429, 503].includes(problem.status) : repeatable;
      if (!again || attempt >= retries) throw problem;
      await new Promise((resolve) => setTimeout(resolve, pause * 2 ** attempt));
    }
  }
}

/** JSON has no typed arrays; bytes become base64, which is shorter than their numbers. */
function sendable(
  observation: ClientObservation,
): readonly number[] | Readonly<Record<string, readonly number[] | string>> {
  if (isNumbers(observation)) return Array.from(observation);
  const parts = Object.entries(observation).map(([name, part]) => {
    if (typeof part === "string") return [name, part] as const;
    return [name, part instanceof Uint8Array ? base64(part) : Array.from(part)] as const;
  });
  return Object.fromEntries(parts);
}

function isNumbers(value: ClientObservation): value is Numbers {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
