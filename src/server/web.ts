/**
 * The server's connections, and their end: nobody is cut off in the middle of a request.
 */
import { createServer, type Server } from "node:http";
import { type AddressInfo, Server as NetServer } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { fileReason, UsageError } from "../errors.js";

/** Milliseconds in which clients learn from "Connection: close" that they shall leave, and until which the last may stay. */
const LEAVE = { politely: 1000, atLatest: 10_000 } as const;

type Fetch = Parameters<typeof getRequestListener>[0];

export class Web {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @throws UsageError where the address cannot be used */
  static async listen(fetch: Fetch, host: string, port: number): Promise<Web> {
    const server = createServer(getRequestListener(fetch, { overrideGlobalObjects: true }));
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) =>
        reject(
          new UsageError(
            `Cannot listen at ${host}, port ${port}: ${reasonOf(error)}. Name others with --host and --port.`,
          ),
        ),
      );
      server.listen(port, host, resolve);
    });
    const { address, family, port: found } = server.address() as AddressInfo;
    return new Web(server, `http://${family === "IPv6" ? `[${address}]` : address}:${found}`);
  }

  /**
   * Takes no new connection, answers what comes on the others, and ends when all have left; those that say nothing are
   * closed after a second.
   */
  async close(): Promise<void> {
    // http.Server's own close cuts off idle connections at once, on which a request may be on its way.
    const left = new Promise<void>((resolve) => NetServer.prototype.close.call(this.server, () => resolve()));
    const timers = [
      setTimeout(() => this.server.closeIdleConnections(), LEAVE.politely),
      setTimeout(() => this.server.closeAllConnections(), LEAVE.atLatest),
    ];
    await left;
    timers.forEach(clearTimeout);
  }
}

function reasonOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") return "another program listens there";
  return code === "EADDRNOTAVAIL" ? "this machine has no such address" : fileReason(error);
}
