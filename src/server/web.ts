/**
 * The server's connections, and their end: nobody is cut off in the middle of a request.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { fileReason, UsageError } from "../errors.js";

/** Milliseconds in which clients and balancers learn that they shall leave, and until which the last may stay after that. */
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
   * Goes on for a second, in which every answer asks its client to leave, then takes no new connection, answers what is
   * under way on the others and ends. Where nobody is connected, it ends at once.
   */
  async close(): Promise<void> {
    if ((await this.connections()) > 0) await new Promise((resolve) => setTimeout(resolve, LEAVE.politely));
    // Right after the event loop has accepted whoever was waiting: what waits when the door closes is reset.
    await new Promise((resolve) => setImmediate(resolve));
    const left = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const timer = setTimeout(() => this.server.closeAllConnections(), LEAVE.atLatest);
    await left;
    clearTimeout(timer);
  }

  private connections(): Promise<number> {
    return new Promise((resolve) => this.server.getConnections((_, count) => resolve(count)));
  }
}

function reasonOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") return "another program listens there";
  return code === "EADDRNOTAVAIL" ? "this machine has no such address" : fileReason(error);
}
