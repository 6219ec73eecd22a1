/** For tests: policies whose choices are known, servers in folders of their own, and requests without the network. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onlyFile } from "../data/containers/files.js";
import { openServedLog } from "../data/formats/served/served-events.js";
import type { ServedLine } from "../data/formats/served/served-lines.js";
import { diskFiles } from "../data/storage/disk-files.js";
import { lowerToOnnx } from "../tensor/lower.js";
import { encodeOnnxModel } from "../tensor/onnx-model.js";
import { add, argMax, constant, input, mul, slice, toFloat } from "../tensor/operations.js";
import type { Decision } from "./client.js";
import { logFile } from "./recover.js";
import { type RunningServer, type ServeOptions, serve } from "./serve.js";

/** A policy for observations of two numbers that chooses the same one of three actions, whatever it sees. */
export function alwaysChooses(action: number): Uint8Array {
  const observations = input("observations", [1, 2]);
  const liking = Float32Array.from({ length: 3 }, (_, i) => Number(i === action));
  const values = add(mul(slice(observations, 1, 0, 1), 0), constant(liking, [3]));
  const outputs = { actions: toFloat(argMax(values, 1)), values };
  return encodeOnnxModel(lowerToOnnx({ name: "policy", outputs, anyBatch: true }));
}

/** Servers and files of one test file. */
export class Servers {
  private readonly running: RunningServer[] = [];
  readonly place = mkdtempSync(join(tmpdir(), "calql-serve-"));

  at(name: string): string {
    return join(this.place, name);
  }

  file(name: string, bytes: Uint8Array): string {
    writeFileSync(this.at(name), bytes);
    return this.at(name);
  }

  async start(options: Partial<ServeOptions> & Pick<ServeOptions, "policy">): Promise<RunningServer> {
    const server = await serve({ port: 0, log: this.at(`log-${this.running.length}`), seed: 1, ...options });
    this.running.push(server);
    return server;
  }

  async close(): Promise<void> {
    for (const server of this.running) await server.close();
    rmSync(this.place, { recursive: true });
  }
}

export interface Said {
  readonly status: number;
  readonly body: SaidBody;
  readonly text: string;
  readonly headers: Headers;
}

/** What answers may say. */
export interface SaidBody extends Decision {
  readonly error: string;
  readonly batch: readonly SaidBody[];
  readonly actions: { readonly low: readonly number[]; readonly high: readonly number[] };
  readonly canary: { readonly policy: string; readonly share: number; readonly reverted: boolean };
}

const encoder = new TextEncoder();

/** POSTs a body, JSON or raw text, with the headers that a client sends. */
export async function post(
  { fetch }: Pick<RunningServer, "fetch">,
  route: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const bytes =
    body instanceof Uint8Array ? body : encoder.encode(typeof body === "string" ? body : JSON.stringify(body));
  const usual = { host: "127.0.0.1", "content-type": "application/json", "content-length": String(bytes.length) };
  const request = { method: "POST", body: bytes, headers: { ...usual, ...headers } };
  return said(await fetch(new Request(`http://127.0.0.1${route}`, request)));
}

export async function get(
  { fetch }: Pick<RunningServer, "fetch">,
  route: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Said> {
  return said(
    await fetch(new Request(`http://127.0.0.1${route}`, { method, headers: { host: "127.0.0.1", ...headers } })),
  );
}

async function said(response: Response): Promise<Said> {
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return {
    status: response.status,
    body: isJson && text !== "" ? JSON.parse(text) : {},
    text,
    headers: response.headers,
  };
}

/** The lines after the header. */
export function linesOf(folder: string): ServedLine[] {
  const files = diskFiles(join(folder, logFile));
  try {
    const log = openServedLog(onlyFile(files), "log");
    return [...log.lines(() => {})].map(({ line }) => line);
  } finally {
    files.close();
  }
}
