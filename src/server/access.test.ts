/** Who may ask: every route, without the token, the right host or an origin that was named. */
import { afterAll, describe, expect, it } from "vitest";
import { Access } from "./access.js";
import { alwaysChooses, get, post, Servers } from "./server.fixture.js";

const servers = new Servers();
afterAll(() => servers.close());
const policy = servers.file("policy.onnx", alwaysChooses(0));
const token = "0123456789abcdef";
const act = { observation: [0, 0] };

/** Every method and route that the server knows, and some that it does not. */
async function statuses(
  server: Parameters<typeof get>[0],
  headers: Readonly<Record<string, string>>,
): Promise<number[]> {
  const found: number[] = [];
  for (const route of [
    "/act",
    "/reward",
    "/end",
    "/health",
    "/metrics",
    "/policy",
    "/",
    "/nothing",
    "/act/../health",
  ]) {
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
      found.push((await get(server, route, headers, method)).status);
    found.push((await post(server, route, act, headers)).status);
  }
  return found;
}

describe("a server with a token", () => {
  it("answers nothing to whoever has none or a wrong one, on every route", async () => {
    const server = await servers.start({ policy, token });
    for (const headers of [
      {},
      { authorization: "Bearer 0123456789abcdeg" },
      { authorization: token },
      { authorization: "Bearer " },
    ])
      expect(new Set(await statuses(server, headers as Record<string, string>))).toEqual(new Set([401]));
    expect((await post(server, "/act", act, { authorization: `Bearer ${token}`, host: "shop.example" })).status).toBe(
      200,
    );
  });

  it("must have it where other machines reach it", async () => {
    await expect(servers.start({ policy, host: "0.0.0.0" })).rejects.toThrow(
      /Other machines can reach 0\.0\.0\.0.*give a token/,
    );
    await expect(servers.start({ policy, host: "0.0.0.0", token: "short" })).rejects.toThrow(
      /fewer than 16 characters/,
    );
    const server = await servers.start({ policy, host: "0.0.0.0", token });
    const { port } = new URL(server.url);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(401);
  });
});

describe("a server of this machine", () => {
  it("answers to its own names alone", async () => {
    const server = await servers.start({ policy });
    for (const host of ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8787", "128.0.0.1"])
      expect(new Set(await statuses(server, { host }))).toEqual(new Set([403]));
    for (const host of ["localhost", "127.0.0.1:8787", "[::1]:80", "LOCALHOST:1"])
      expect((await get(server, "/health", { host })).status).toBe(200);
  });

  it("answers to no page but those that were named, and lets these ask", async () => {
    const server = await servers.start({ policy, origins: ["https://shop.example"] });
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1"])
      expect(new Set(await statuses(server, { origin }))).toEqual(new Set([403]));
    const allowed = await post(server, "/act", act, { origin: "https://shop.example" });
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([200, "https://shop.example"]);
    const asked = await get(server, "/act", { origin: "https://shop.example" }, "OPTIONS");
    expect([asked.status, asked.headers.get("access-control-allow-headers")]).toEqual([
      204,
      "Authorization, Content-Type",
    ]);
  });

  it("changes nothing by GET, guards every answer, and takes JSON of a known length alone", async () => {
    const server = await servers.start({ policy, mostBytes: 100 });
    expect((await get(server, "/act")).status).toBe(405);
    for (const route of ["/health", "/metrics", "/nothing"]) {
      const { headers } = await get(server, route);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    }
    expect((await post(server, "/act", act, { "content-type": "text/plain" })).status).toBe(415);
    expect((await post(server, "/act", " ".repeat(101))).status).toBe(413);
    const bare = new Request("http://127.0.0.1/act", {
      method: "POST",
      headers: { host: "localhost", "content-type": "application/json" },
    });
    expect((await server.fetch(bare)).status).toBe(411);
  });
});

it("a port that is taken is told in a sentence, and the log is free again", async () => {
  const { url } = await servers.start({ policy });
  const log = servers.at("elsewhere");
  const port = Number(new URL(url).port);
  await expect(servers.start({ policy, port, log })).rejects.toThrow(
    /^Cannot listen at 127\.0\.0\.1, port \d+: another program listens there\. Name/,
  );
  expect((await post(await servers.start({ policy, log }), "/act", act)).status).toBe(200);
});

it("a client that asks too often waits, and no other", () => {
  let now = 0;
  const access = new Access({ rate: 10, now: () => now });
  const header = (name: string) => (name === "host" ? "localhost" : undefined);
  const one = () => access.check({ method: "GET", address: "one", header });
  for (let i = 0; i < 10; i++) one();
  expect(one).toThrow("There were more than 10 requests a second; wait a second.");
  expect(() => access.check({ method: "GET", address: "other", header })).not.toThrow();
  now = 100;
  expect(one).not.toThrow();
  expect(one).toThrow(/more than 10/);
});
