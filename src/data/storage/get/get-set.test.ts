/**
 * Downloads from a server in this process: whole, interrupted and resumed, changed, wrong, missing, and none at all.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { calql } from "../../../cli/command-line.fixture.js";
import { getPublicSet } from "./get-set.js";
import { type PublicSet, placeOfSet, publicSets } from "./public-sets.js";
import { closedPort, serve } from "./server.fixture.js";

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const sha256 = createHash("sha256").update(content).digest("hex");

let cache: string;
let root: string;
let handler: (request: IncomingMessage, response: ServerResponse) => void;
let requests: { readonly url: string | undefined; readonly range: string | undefined }[];
const server = createServer((request, response) => {
  requests.push({ url: request.url, range: request.headers.range });
  handler(request, response);
});

beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), "calql-get-"));
  vi.stubEnv("CALQL_CACHE", cache);
  requests = [];
  handler = serve(content, '"one"');
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function setOf(more: Partial<PublicSet["files"][number]> = {}): PublicSet {
  const files = [{ path: "toy-v0.hdf5", url: `${root}toy.hdf5`, ...more }];
  return { name: "toy-v0", family: "D4RL", page: root, files };
}

const place = () => join(cache, "public", "toy-v0.hdf5");
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail("it should have failed"),
    (error: unknown) => {
      expect(error).toMatchObject({ name: "RunFailure", exitCode: 1 });
      return (error as Error).message;
    },
  );

describe("a whole download", () => {
  test("against a published checksum", async () => {
    const seen: number[] = [];
    const [file] = await getPublicSet(setOf({ sha256, bytes: content.length }), {
      onProgress: (_path, done, total) => seen.push(done / total!),
    });
    expect(file).toEqual({ path: place(), bytes: 300_000, sha256, checked: "published", downloaded: true });
    expect(Buffer.compare(readFileSync(place()), content)).toBe(0);
    expect(seen.at(-1)).toBe(1);
    expect(existsSync(`${place()}.part`) || existsSync(`${place()}.part.json`)).toBe(false);
  });

  test("without one: recorded the first time, held against it afterwards", async () => {
    const [first] = await getPublicSet(setOf());
    expect(first?.checked).toBe("first");
    const [second] = await getPublicSet(setOf());
    expect(second).toMatchObject({ checked: "recorded", downloaded: false });
    expect(requests).toHaveLength(1);
    writeFileSync(place(), "something else");
    expect(await failureOf(getPublicSet(setOf()))).toMatch(/was recorded when it was first downloaded.*Delete it/);
    rmSync(place());
    handler = serve(content.slice().fill(7), '"two"');
    expect(await failureOf(getPublicSet(setOf()))).toMatch(/^toy-v0 could not be downloaded\. .*it was thrown away/);
    expect(existsSync(place()) || existsSync(`${place()}.part`)).toBe(false);
  });

  test("with the checksum that the server names in a redirection", async () => {
    const redirect = (checksum: string) => (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === "/real") serve(content, '"one"')(request, response);
      else response.writeHead(302, { location: "/real", "x-linked-etag": `"${checksum}"` }).end();
    };
    handler = redirect(sha256);
    expect(await getPublicSet(setOf())).toMatchObject([{ checked: "published", downloaded: true }]);
    rmSync(join(cache, "public"), { recursive: true });
    handler = redirect("0".repeat(64));
    expect(await failureOf(getPublicSet(setOf()))).toContain(`where ${"0".repeat(64)} is published`);
  });

  test("a set of several files, from another server", async () => {
    const files = ["data/a.json", "data/b.hdf5"].map((path) => ({ path, url: `http://127.0.0.1:1/${path}` }));
    const set: PublicSet = { ...setOf(), name: "D4RL/toy/v0", family: "Minari", files };
    const got = await getPublicSet(set, { from: `${root}mirror` });
    expect(got.map(({ path }) => path)).toEqual(
      ["a.json", "b.hdf5"].map((name) => join(cache, "public/D4RL/toy/v0/data", name)),
    );
    expect(requests.map(({ url }) => url)).toEqual(["/mirror/data/a.json", "/mirror/data/b.hdf5"]);
  });
});

describe("an interrupted download", () => {
  test("goes on where the connection broke", async () => {
    let answers = 0;
    handler = (request, response) => serve(content, '"one"', answers++ < 2 ? 100_000 : undefined)(request, response);
    const [file] = await getPublicSet(setOf({ sha256 }));
    expect(file?.checked).toBe("published");
    expect(requests.map(({ range }) => range)).toEqual([undefined, "bytes=100000-", "bytes=200000-"]);
  });

  test("goes on in the next run, and begins anew where the server's file has changed", async () => {
    handler = serve(content, '"one"', 50_000);
    expect(await failureOf(getPublicSet(setOf({ sha256 })))).toMatch(
      /broke after 150000 bytes .* run the same command/,
    );
    handler = serve(content, '"one"', 10_000);
    await failureOf(getPublicSet(setOf({ sha256 })));
    expect(requests.at(-1)?.range).toBe("bytes=170000-");
    const changed = content.slice().reverse();
    handler = serve(changed, '"two"');
    const [file] = await getPublicSet(setOf());
    expect(requests.at(-1)?.range).toBe("bytes=180000-");
    expect(file?.bytes).toBe(300_000);
    expect(Buffer.compare(readFileSync(place()), changed)).toBe(0);
  });

  test("that had all bytes already, or of another address, begins anew", async () => {
    mkdirSync(dirname(place()), { recursive: true });
    writeFileSync(`${place()}.part`, content);
    writeFileSync(`${place()}.part.json`, JSON.stringify({ url: `${root}toy.hdf5`, validator: '"one"' }));
    expect(await getPublicSet(setOf({ sha256 }))).toMatchObject([{ downloaded: true }]);
    rmSync(place());
    writeFileSync(`${place()}.part`, "other beginning");
    writeFileSync(`${place()}.part.json`, JSON.stringify({ url: "http://elsewhere/", validator: '"one"' }));
    expect(await getPublicSet(setOf({ sha256 }))).toMatchObject([{ downloaded: true, sha256 }]);
  });

  test("by the user stops at once and keeps what is there", async () => {
    const stop = new AbortController();
    handler = (_request, response) =>
      void response.writeHead(200, { etag: '"one"', "content-length": 300_000 }).write(content.subarray(0, 1000));
    const work = getPublicSet(setOf(), { signal: stop.signal, onProgress: () => stop.abort() });
    const error = await work.catch((thrown: unknown) => thrown);
    expect(stop.signal.aborted).toBe(true);
    expect(error).toBe(stop.signal.reason);
    expect(readFileSync(`${place()}.part`).length).toBe(1000);
  });
});

describe("no download", () => {
  test("wrong size, wrong content, no such file", async () => {
    expect(await failureOf(getPublicSet(setOf({ bytes: 5 })))).toContain("has 300000 bytes, where 5 are published");
    expect(await failureOf(getPublicSet(setOf({ sha256: "1".repeat(64) })))).toContain("thrown away");
    handler = (_request, response) => void response.writeHead(404).end();
    expect(await failureOf(getPublicSet(setOf()))).toContain(`answered 404 (no such file) to ${root}toy.hdf5`);
    handler = (_request, response) => void response.writeHead(302, { location: "/again" }).end();
    expect(await failureOf(getPublicSet(setOf()))).toContain("without end");
    expect(existsSync(place())).toBe(false);
  });

  test("without a network: the address and the place, for a person's hands", async () => {
    const url = `http://127.0.0.1:${await closedPort()}/toy.hdf5`;
    const set = setOf({ url });
    const message = await failureOf(getPublicSet(set));
    expect(message).toContain("could not be downloaded: no connection to 127.0.0.1:");
    expect(message).toContain(`(ECONNREFUSED). Where there is a network, save ${url} as ${place()};`);
    mkdirSync(dirname(place()), { recursive: true });
    writeFileSync(place(), content);
    expect(await getPublicSet(set)).toMatchObject([{ checked: "first", downloaded: false, sha256 }]);
  });

  test("of what only a browser gets: the archive, the files and their places", async () => {
    const set = publicSets.find(({ name }) => name === "pen-binary")!;
    const message = await failureOf(getPublicSet(set));
    expect(message).toContain("https://drive.google.com/");
    expect(message).toContain(join(cache, "public", "pen-binary", "pen2_sparse.npy"));
    expect(requests).toEqual([]);
  });
});

describe("calql data get", () => {
  test("lists names with their sizes", async () => {
    const { code, out } = await calql("data", "get");
    expect(code).toBe(0);
    expect(out).toMatch(/antmaze-umaze-v2 +D4RL +232\.5 MB\n/);
    expect(out).toMatch(/pen-binary +Adroit binary +unknown +by hand\n/);
    expect(out).toMatch(/D4RL\/door\/human-v2 +Minari +unknown\n/);
  });

  test("downloads by name, and refuses what is no name or address", async () => {
    handler = serve(content, '"one"');
    const { code, out } = await calql("data", "get", "maze2d-umaze-v1", "--from", root);
    const path = join(cache, "public", "maze2d-umaze-v1.hdf5");
    expect([code, out]).toEqual([
      0,
      `${path}: downloaded, 300000 bytes, SHA-256 ${sha256} (recorded now; none was published, so this download is trusted)\n` +
        `use it with --dataset ${path}\n`,
    ]);
    expect(requests.at(-1)?.url).toBe("/maze2d-umaze-v1.hdf5");
    expect(await calql("data", "get", "antmaze-umaze-v3")).toMatchObject({
      code: 2,
      error: expect.stringContaining('Did you mean "antmaze-umaze-v2"?'),
    });
    expect(await calql("data", "get", "antmaze-umaze-v2", "--from", "/tmp")).toMatchObject({ code: 2 });
  });
});

test("every known set has one name, proper addresses, and a place of its own in the cache", () => {
  const names = publicSets.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(publicSets.map(placeOfSet)).size).toBe(names.length);
  for (const { files } of publicSets)
    for (const { url, path, sha256: known } of files) {
      expect(new URL(url).protocol).toMatch(/^https?:$/);
      expect(path).toMatch(/^[\w./-]+$/);
      expect(path).not.toContain("..");
      if (known !== undefined) expect(known).toMatch(/^[0-9a-f]{64}$/);
    }
});
