/**
 * Asking a server for a file, or for the rest of it. Redirections are followed here one by one, because the first answer
 * of Hugging Face, which is one, carries the SHA-256 of the file.
 */
import { RunFailure } from "../../../errors.js";

const MOST_REDIRECTIONS = 8;

export interface Answer {
  readonly body: AsyncIterable<Uint8Array>;
  /** Where in the file the body begins: 0, or what was asked for. */
  readonly start: number;
  /** Bytes of the whole file, where the server states them. */
  readonly total: number | undefined;
  /** What changes when the file changes; undefined where the server states nothing reliable. */
  readonly validator: string | undefined;
  /** As the server publishes it. */
  readonly sha256: string | undefined;
}

/** The server has no connection to offer, not even an answer. */
export class NoConnection extends Error {}

/**
 * @param start the first byte that is wanted; `validator` is that of the file whose beginning is there already: if the
 *   server's has changed, it answers from the beginning
 * @throws NoConnection if there is no answer; RunFailure for an answer that is no file
 */
export async function requestFile(
  url: string,
  start: number,
  validator: string | undefined,
  signal?: AbortSignal,
): Promise<Answer> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (start > 0 && validator !== undefined) Object.assign(headers, { range: `bytes=${start}-`, "if-range": validator });
  let address = new URL(url);
  let sha256: string | undefined;
  for (let i = 0; i < MOST_REDIRECTIONS; i++) {
    const response = await connect(address, headers, signal);
    sha256 ??= linkedChecksum(response);
    // What is there already is no beginning of the file that the server has now.
    if (response.status === 416 && start > 0) {
      await response.body?.cancel();
      return requestFile(url, 0, undefined, signal);
    }
    const next = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || next === null) return answerOf(url, response, start, sha256);
    await response.body?.cancel();
    address = new URL(next, address);
    if (address.protocol !== "http:" && address.protocol !== "https:")
      throw new RunFailure(`${url} leads to ${address.protocol}, which is not followed.`);
  }
  throw new RunFailure(`${url} leads from one address to the next without end; name another with --from.`);
}

async function connect(address: URL, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { headers, redirect: "manual", ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const { cause } = error as { readonly cause?: { readonly code?: string; readonly message?: string } };
    throw new NoConnection(`no connection to ${address.host} (${cause?.code ?? cause?.message ?? "no answer"})`);
  }
}

function answerOf(url: string, response: Response, asked: number, sha256: string | undefined): Answer {
  const { status, headers, body } = response;
  if ((status !== 200 && status !== 206) || body === null)
    throw new RunFailure(`The server answered ${status}${status === 404 ? " (no such file)" : ""} to ${url}.`);
  const range = status === 206 ? /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") : undefined;
  if (range === null || (range && Number(range[1]) !== asked))
    throw new RunFailure(`The server answered to ${url} with another part of the file than was asked for.`);
  const length = Number(headers.get("content-length") ?? Number.NaN);
  const start = range ? asked : 0;
  const total = range && range[2] !== "*" ? Number(range[2]) : start + length;
  return {
    body: body as unknown as AsyncIterable<Uint8Array>,
    start,
    total: Number.isSafeInteger(total) ? total : undefined,
    validator: validatorOf(headers),
    sha256,
  };
}

/** A weak tag promises too little to put two halves together. */
function validatorOf(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  return tag !== null && !tag.startsWith("W/") ? tag : (headers.get("last-modified") ?? undefined);
}

/** Of files in large storage, Hugging Face's tag is the SHA-256. */
function linkedChecksum({ headers }: Response): string | undefined {
  return /^"?([0-9a-f]{64})"?$/.exec(headers.get("x-linked-etag") ?? "")?.[1];
}
