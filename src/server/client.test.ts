/** The client against a server over the network: what it sends, what it repeats, and an end on which no request is lost. */
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readDataset } from "../data/storage/open-dataset.js";
import { lowerToOnnx } from "../tensor/lower.js";
import { encodeOnnxModel } from "../tensor/onnx-model.js";
import { input, mean, reshape, toFloat } from "../tensor/operations.js";
import { type Decision, PolicyClient, ServerRefusal } from "./client.js";
import { logFile } from "./recover.js";
import { alwaysChooses, linesOf, Servers } from "./server.fixture.js";

const servers = new Servers();
afterAll(() => servers.close());
const policy = servers.file("policy.onnx", alwaysChooses(1));

it("acts, rewards and ends", async () => {
  const log = servers.at("client");
  const token = "0123456789abcdef";
  const { url } = await servers.start({ policy, log, token });
  const client = new PolicyClient(`${url}/`, { token });
  const first = await client.act(Float32Array.of(0.5, 0.25), { episode: "a" });
  expect(first).toMatchObject({ decision: "a#0", action: 1, propensity: 1 });
  await client.reward(first, 2);
  await client.reward("a#0", 2);
  const [, refused] = await client.actAll([
    { episode: "a", observation: [1, 1] },
    { episode: "b", observation: [1, 1], stochastic: false },
  ]);
  expect(refused).toMatchObject({ decision: "b#0" });
  await client.end(first, { how: "truncated", observation: [3, 3] });
  await client.end("b");
  await expect(client.reward("a#1", 1)).rejects.toThrow(
    new ServerRefusal(409, "The decision's episode has ended; report rewards before its end."),
  );
  await expect(new PolicyClient(url, { token: "another" }).act([0, 0])).rejects.toMatchObject({ status: 401 });
  const { episodes } = await readDataset(join(log, logFile));
  expect(episodes.map(({ rewards, truncated }) => [[...rewards], truncated])).toEqual([
    [[2, 0], true],
    [[0], false],
  ]);
});

it("sends what may be sent again until it is heard, and no action twice", async () => {
  const sent: string[] = [];
  const answers = [new TypeError("fetch failed"), 503, 429, 200];
  const client = new PolicyClient("http://somewhere", {
    pause: 1,
    fetch: async (url, init) => {
      sent.push(`${url} ${init!.body}`);
      const answer = answers[sent.length - 1]!;
      if (answer instanceof Error) throw answer;
      return new Response("{}", { status: answer });
    },
  });
  await client.reward("a#0", 1);
  expect(sent).toEqual(new Array(4).fill('http://somewhere/reward {"decision":"a#0","reward":1}'));
  sent.length = 0;
  await expect(client.act([1])).rejects.toThrow("fetch failed");
  expect(sent.length).toBe(1);
  sent.length = 0;
  answers.splice(0, 4, 503, 200);
  await client.act([1]); // the server said that it recorded nothing
  expect(sent.length).toBe(2);
});

it("sends pictures as base64, which the log keeps", async () => {
  const image = input("observations/image", [1, 2, 2, 3], "uint8");
  const outputs = { actions: mean(reshape(toFloat(image), [1, 12]), [1], true) };
  const bytes = encodeOnnxModel(lowerToOnnx({ name: "policy", outputs, anyBatch: true }));
  const log = servers.at("pictures");
  const { url } = await servers.start({ policy: servers.file("bright.onnx", bytes), log });
  const client = new PolicyClient(url);
  const picture = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
  const first = await client.act({ image: picture }, { episode: "a" });
  expect(first).toMatchObject({ action: [110], propensity: null });
  await client.act({ image: [...picture].reverse() }, { episode: "a" });
  await client.end("a");
  expect(linesOf(log).find(({ kind }) => kind === "decision")).toMatchObject({
    observation: { image: "ABQoPFBkeIygtMjc" },
  });
  const { episodes, observations } = await readDataset(join(log, logFile));
  expect(observations).toEqual({ image: { type: "uint8", shape: [2, 2, 3] } });
  expect(episodes[0]!.observations.image).toEqual(
    Uint8Array.of(...picture, ...[...picture].reverse(), ...[...picture].reverse()),
  );
  await expect(client.act({ image: "AAAA" })).rejects.toThrow(
    "The observation of the body has a part image that is not base64 of 12 bytes.",
  );
});

it("a server that ends answers what is under way, and loses nothing", async () => {
  const log = servers.at("ending");
  const server = await servers.start({ policy, log });
  const client = new PolicyClient(server.url);
  const answered: Decision[] = [];
  const broken: unknown[] = [];
  /** @param polite whether it leaves when the server asks for it, as a balancer does */
  const ask = async (polite: boolean) => {
    try {
      while (!polite || (await fetch(`${server.url}/health`)).ok) answered.push(await client.act([0, 0]));
    } catch (error) {
      broken.push([polite, (error as { cause?: { code?: string } }).cause?.code]);
    }
  };
  const clients = Array.from({ length: 8 }, (_, i) => ask(i < 4));
  await new Promise((resolve) => setTimeout(resolve, 200));
  await server.close();
  await Promise.all(clients);
  // Those that stayed found nobody to connect to any more; those that left, and whatever was decided, had an answer.
  expect(broken).toHaveLength(4);
  for (const one of broken) expect(one).toEqual([false, expect.stringMatching(/^ECONNREFUSED$|^ECONNRESET$/)]);
  const logged = new Set(linesOf(log).flatMap((line) => (line.kind === "decision" ? [line.decision] : [])));
  expect(answered.length).toBeGreaterThan(8);
  expect(answered.filter(({ decision }) => !logged.has(decision))).toEqual([]);
  expect(logged.size).toBe(answered.length);
});
