/** For tests of downloads: what a server of datasets answers, and an address where none does. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A server as they are: ranges, validators, lengths. Breaks the connection after `cut` bytes of an answer.
 * @param tag the validator of these bytes, in quotation marks
 */
export function serve(bytes: Uint8Array, tag: string, cut?: number) {
  return ({ headers }: IncomingMessage, response: ServerResponse) => {
    const asked = /^bytes=(\d+)-$/.exec(headers.range ?? "");
    const start = asked && headers["if-range"] === tag ? Number(asked[1]) : 0;
    if (start >= bytes.length) return void response.writeHead(416).end();
    const rest = bytes.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag: tag,
      "content-length": rest.length,
      ...(start > 0 && { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (cut === undefined || cut >= rest.length) response.end(rest);
    else response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const { port } = other.address() as AddressInfo;
  await new Promise((done) => other.close(done));
  return port;
}
