/**
 * Load for a server: connections that are kept, each with one request under way, over plain sockets, because a client
 * library would take more of the processor than the server that is measured.
 */
import { connect, type Socket } from "node:net";

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  /** Milliseconds, of which the first fifth is not counted. */
  readonly milliseconds: number;
  /** The body of the next request of a connection. */
  readonly body: (connection: number) => string;
}

/** What was measured. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds from a request to the whole answer. */
  readonly median: number;
  readonly p99: number;
  /** Answers with another status than 200. */
  readonly failed: number;
}

/** POSTs to /act as fast as the answers come. @throws what a connection throws */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { connections, milliseconds } = options;
  const begin = performance.now();
  const counted = begin + milliseconds / 5;
  const end = begin + milliseconds;
  const took: number[] = [];
  let failed = 0;
  const record = (from: number, status: string) => {
    if (status !== "200") failed++;
    if (from >= counted) took.push(performance.now() - from);
  };
  await Promise.all(Array.from({ length: connections }, (_, i) => talk(options, i, end, record)));
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? Number.NaN;
  return { requestsPerSecond: (1000 * took.length) / (end - counted), median: at(0.5), p99: at(0.99), failed };
}

/** One connection until the end. */
function talk(
  { port, body }: LoadOptions,
  connection: number,
  end: number,
  record: (from: number, status: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let from = 0;
    let received = "";
    const next = () => {
      from = performance.now();
      send(socket, body(connection));
    };
    socket.on("connect", next);
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.setEncoding("latin1");
    socket.on("data", (piece) => {
      received += piece;
      if (!isWhole(received)) return;
      record(from, received.slice(9, 12));
      received = "";
      if (performance.now() >= end) socket.end();
      else next();
    });
  });
}

function send(socket: Socket, body: string): void {
  const head = `POST /act HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  socket.write(head + body);
}

/** Whether head and body of an answer are there. */
function isWhole(received: string): boolean {
  const head = received.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const [, length = "0"] = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, head + 2)) ?? [];
  return received.length >= head + 4 + Number(length);
}
