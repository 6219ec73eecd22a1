/**
 * Who may ask: a server on this machine alone answers to its own names and to no web page but those that were named, so
 * that a page of a stranger cannot reach it through the browser (DNS rebinding, cross-site requests); any other server
 * asks for a token. Nobody may ask too much or too often.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { Refusal } from "./refusal.js";

export interface AccessOptions {
  /** What every request must bring as "Authorization: Bearer TOKEN". */
  readonly token?: string | undefined;
  /** Pages whose scripts may ask, such as "https://shop.example". */
  readonly origins?: readonly string[];
  /** Bytes of a body. */
  readonly mostBytes?: number;
  /** Requests a second of one address, and so many at once. */
  readonly rate?: number;
  /** Milliseconds; a test's clock. */
  readonly now?: () => number;
}

/** What is looked at of a request. */
export interface Asking {
  readonly method: string;
  readonly address: string;
  readonly header: (name: string) => string | undefined;
}

export const DEFAULT_MOST_BYTES = 2 ** 20;
export const DEFAULT_RATE = 20_000;
const MOST_ADDRESSES = 10_000;

/** Hosts that name this machine itself. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

export class Access {
  private readonly digest: Buffer | undefined;
  private readonly origins: ReadonlySet<string>;
  private readonly mostBytes: number;
  private readonly rate: number;
  private readonly now: () => number;
  private readonly buckets = new Map<string, { left: number; at: number }>();

  constructor({ token, origins = [], mostBytes, rate, now }: AccessOptions) {
    this.digest = token === undefined ? undefined : digestOf(token);
    this.origins = new Set(origins);
    this.mostBytes = mostBytes ?? DEFAULT_MOST_BYTES;
    this.rate = rate ?? DEFAULT_RATE;
    this.now = now ?? Date.now;
  }

  /** @throws Refusal for a request that is not to be answered, whatever its route */
  check(asking: Asking): void {
    this.checkRate(asking.address);
    const { header, method } = asking;
    if (this.digest === undefined && !isLoopback(hostIn(header("host") ?? "")))
      throw new Refusal(403, "Ask for the server by the name of this machine itself, such as 127.0.0.1.");
    const origin = header("origin");
    if (origin !== undefined && !this.origins.has(origin))
      throw new Refusal(403, "Pages of this origin may not ask; name it with --allow-origin.");
    if (method === "OPTIONS" && origin !== undefined) return; // the browser's question before, which brings no token
    this.checkToken(header("authorization"));
    if (method === "POST") this.checkBody(header);
  }

  /** The origin that the answer names, where a page may read it. */
  allowedOrigin(origin: string | undefined): string | undefined {
    return origin !== undefined && this.origins.has(origin) ? origin : undefined;
  }

  /** A bucket of tokens a client, filled at the rate. */
  private checkRate(address: string): void {
    const time = this.now();
    if (this.buckets.size > MOST_ADDRESSES) this.buckets.clear();
    const bucket = this.buckets.get(address) ?? { left: this.rate, at: time };
    bucket.left = Math.min(this.rate, bucket.left + (this.rate * (time - bucket.at)) / 1000);
    bucket.at = time;
    this.buckets.set(address, bucket);
    if (bucket.left < 1) throw new Refusal(429, `There were more than ${this.rate} requests a second; wait a second.`);
    bucket.left--;
  }

  /** In constant time: how long the answer takes says nothing about the token. */
  private checkToken(authorization: string | undefined): void {
    if (this.digest === undefined) return;
    const [, given = ""] = /^Bearer (\S+)$/.exec(authorization ?? "") ?? [];
    if (!timingSafeEqual(digestOf(given), this.digest))
      throw new Refusal(401, 'Send the server\'s token as the header "Authorization: Bearer TOKEN".');
  }

  /** A form of a strange page could not send JSON without asking first. */
  private checkBody(header: Asking["header"]): void {
    if (!/^application\/json\s*(;|$)/i.test(header("content-type") ?? ""))
      throw new Refusal(415, 'Send JSON, with the header "Content-Type: application/json".');
    const length = header("content-length");
    if (length === undefined) throw new Refusal(411, "Send the body's length (Content-Length).");
    if (Number(length) > this.mostBytes)
      throw new Refusal(413, `The body has more than ${this.mostBytes} bytes; send less at once.`);
  }
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** "127.0.0.1:8787" is the host 127.0.0.1. */
function hostIn(header: string): string {
  return header.replace(/:\d{1,5}$/, "").toLowerCase();
}
