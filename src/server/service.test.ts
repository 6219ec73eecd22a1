/** What a server decides and records: choices, rewards and ends, in the log before the answer, and again as a data set. */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { withAgent } from "../agents/agent.fixture.js";
import { readDataset } from "../data/storage/open-dataset.js";
import { failingDisk } from "../runs/failing-disk.fixture.js";
import { logFile } from "./recover.js";
import { alwaysChooses, get, linesOf, post, Servers } from "./server.fixture.js";

const servers = new Servers();
afterAll(() => servers.close());
const second = servers.file("second.onnx", alwaysChooses(1));

it("an episode goes from the first action to the data set", async () => {
  const log = servers.at("episode");
  const server = await servers.start({ policy: second, log });
  const first = await post(server, "/act", { episode: "anna", observation: [0.5, 2] });
  expect(first.status).toBe(200);
  expect(first.body).toEqual({
    decision: "anna#0",
    episode: "anna",
    step: 0,
    action: 1,
    propensity: 1,
    policy: expect.stringMatching(/^[0-9a-f]{12}$/),
  });
  expect(linesOf(log).at(-1)).toMatchObject({
    kind: "decision",
    decision: "anna#0",
    observation: [0.5, 2],
    propensity: 1,
  });
  expect((await post(server, "/reward", { decision: "anna#0", reward: 1.5 })).body).toEqual({ recorded: true });
  const batch = [
    { episode: "anna", observation: [1, 1] },
    { observation: [7, 7] },
    { episode: "anna", observation: [2, 2] },
  ];
  const answers = (await post(server, "/act", { batch })).body.batch;
  expect(answers.map(({ step }) => step)).toEqual([1, 0, 2]);
  expect((await post(server, "/reward", { decision: "anna#2", reward: -1 })).status).toBe(200);
  expect((await post(server, "/end", { episode: "anna" })).body).toEqual({ recorded: true });
  const { episode } = answers[1]!;
  expect((await post(server, "/end", { episode, how: "truncated", observation: [8, 8] })).status).toBe(200);

  const dataset = await readDataset(join(log, logFile));
  expect(dataset.discreteActions).toBe(3);
  expect(dataset.episodes).toEqual([
    {
      length: 3,
      observations: { state: Float32Array.of(0.5, 2, 1, 1, 2, 2, 2, 2) },
      actions: Float32Array.of(1, 1, 1),
      rewards: Float32Array.of(1.5, 0, -1),
      terminated: Uint8Array.of(0, 0, 1),
      truncated: false,
      propensities: Float32Array.of(1, 1, 1),
    },
    {
      length: 1,
      observations: { state: Float32Array.of(7, 7, 8, 8) },
      actions: Float32Array.of(1),
      rewards: Float32Array.of(0),
      terminated: Uint8Array.of(0),
      truncated: true,
      propensities: Float32Array.of(1),
    },
  ]);
});

it("what cannot be is refused with its reason, and what is repeated changes nothing", async () => {
  const log = servers.at("refused");
  const server = await servers.start({ policy: second, log });
  await post(server, "/act", { episode: "a", observation: [0, 0] });
  await post(server, "/reward", { decision: "a#0", reward: 2 });
  const before = readFileSync(join(log, logFile), "utf8");
  expect((await post(server, "/reward", { decision: "a#0", reward: 2 })).body).toEqual({ recorded: false });
  for (const [route, body, status, message] of [
    ["/reward", { decision: "a#0", reward: 3 }, 409, /has the reward 2 already/],
    ["/reward", { decision: "a#1", reward: 3 }, 404, /no such decision/],
    ["/reward", { decision: "b#0", reward: 3 }, 404, /no such decision/],
    ["/reward", { decision: "a", reward: 3 }, 400, /"decision" must be/],
    ["/reward", { decision: "a#0", reward: "3" }, 400, /"reward" must be a finite number/],
    ["/reward", '{"decision": "a#0", "reward": 1e39}', 400, /"reward" must be a finite number/],
    ["/end", { episode: "b" }, 404, /no such episode/],
    ["/end", { episode: "a", how: "won" }, 400, /"how" must be "terminated"/],
    ["/end", { episode: "a", observation: [1] }, 400, /The observation of the body is not a list of 2 finite numbers/],
    ["/act", { episode: "", observation: [1, 2] }, 400, /"episode" must be a text of 1 to 200/],
    ["/act", { episode: "a", observation: [1, 2], greedy: true }, 400, /unknown key in the body; known: "episode"/],
    ["/act", { batch: [] }, 400, /"batch" must be a list of 1 to 1024/],
    [
      "/act",
      { observation: { age: 1 } },
      400,
      /The observation of the body has an unknown part; give a list of 2 numbers/,
    ],
    ["/act", { batch: [{ observation: [1, 2] }, {}] }, 400, /The observation of entry 2 of the batch is not/],
    ["/act", "[", 400, /not JSON/],
    ["/act", Uint8Array.of(0x22, 0xff, 0x22), 400, /not JSON in UTF-8/],
  ] as const) {
    const answer = await post(server, route, body);
    expect([status, answer.body.error]).toEqual([answer.status, expect.stringMatching(message)]);
  }
  expect(readFileSync(join(log, logFile), "utf8")).toBe(before);
  await post(server, "/end", { episode: "a" });
  expect((await post(server, "/end", { episode: "a" })).body).toEqual({ recorded: false });
  expect((await post(server, "/act", { episode: "a", observation: [0, 0] })).body.error).toMatch(/has ended/);
  expect((await post(server, "/reward", { decision: "a#0", reward: 2 })).body.error).toMatch(/has ended; report/);
});

it("drawn choices are as likely as the answers say, and as the seed says", async () => {
  const options = { policy: second, stochastic: true, epsilon: 0.3 };
  const servings = [await servers.start(options), await servers.start(options)] as const;
  const batch = Array.from({ length: 1000 }, () => ({ observation: [0, 0] }));
  const [one, other] = await Promise.all(
    servings.map(async (server) => (await post(server, "/act", { batch })).body.batch),
  );
  const choices = one!.map(({ action }) => action);
  expect(other!.map(({ action }) => action)).toEqual(choices);
  const random = choices.filter((action) => action !== 1).length; // 0.2 of them
  expect(random).toBeGreaterThan(160);
  expect(random).toBeLessThan(240);
  for (const { action, propensity } of one!) expect(propensity).toBeCloseTo(action === 1 ? 0.8 : 0.1, 12);
  const greedy = await post(servings[0], "/act", { observation: [0, 0], stochastic: false });
  expect(greedy.body).toMatchObject({ action: 1, propensity: 1 });
});

it("vectors come in their own units with their density, and not drawn without", async () => {
  const transform = { actions: { low: Float32Array.of(0, 10), high: Float32Array.of(1, 30) } };
  const bytes = await withAgent("sac", {}, async (agent) => agent.exportPolicy(), { transform });
  const log = servers.at("vectors");
  const server = await servers.start({ policy: servers.file("sac.onnx", bytes), stochastic: true, log });
  const batch = Array.from({ length: 500 }, () => ({ observation: [0, 0.1, 0.2] }));
  const answers = (await post(server, "/act", { batch })).body.batch;
  for (const { action, propensity } of answers) {
    const [first, second] = action as [number, number];
    expect(first > 0 && first < 1 && second > 10 && second < 30).toBe(true);
    expect(propensity).toBeGreaterThan(0);
  }
  const area = answers.reduce((sum, { propensity }) => sum + 1 / propensity!, 0) / answers.length;
  expect(Math.abs(area - 20)).toBeLessThan(5);
  const { body } = await post(server, "/act", { observation: [0, 0.1, 0.2], stochastic: false });
  expect(body.propensity).toBeNull();
  const { low, high } = (await get(server, "/policy")).body.actions;
  expect([low, high]).toEqual([
    [0, 10],
    [1, 30],
  ]);
});

it("a log that cannot be written refuses for the moment, and nothing is known that is not in it", async () => {
  const log = servers.at("full");
  const disk = failingDisk("short", 4); // opened, header, start, then the decision
  const server = await servers.start({ policy: second, log, disk });
  const full = await post(server, "/act", { episode: "a", observation: [0, 0] });
  expect([full.status, full.body.error]).toEqual([503, expect.stringMatching(/disk is full.*Nothing was recorded/)]);
  expect((await get(server, "/metrics")).text).toMatch(/^calql_open_episodes 0$/m);
  expect((await post(server, "/act", { episode: "a", observation: [0, 0] })).body.decision).toBe("a#0");
  expect(linesOf(log).map(({ kind }) => kind)).toEqual(["event", "decision"]);
});

it("no more episodes are open than are allowed, and idle ones are ended", async () => {
  const log = servers.at("idle");
  const server = await servers.start({ policy: second, log, mostOpen: 2, idleAfter: 50 });
  const batch = ["a", "b", "c", "a"].map((episode) => ({ episode, observation: [0, 0] }));
  const answers = (await post(server, "/act", { batch })).body.batch;
  expect(answers.map(({ decision, error }) => decision ?? error)).toEqual([
    "a#0",
    "b#0",
    expect.stringMatching(/There are 2 open episodes/),
    "a#1",
  ]);
  await expect.poll(async () => (await get(server, "/metrics")).text).toMatch(/^calql_open_episodes 0$/m);
  expect(linesOf(log).filter(({ kind }) => kind === "end")).toMatchObject([
    { episode: "a", how: "truncated", idle: true },
    { episode: "b", how: "truncated", idle: true },
  ]);
});

it("the next server goes on where the last one was, and cuts off what a kill has torn", async () => {
  const log = servers.at("again");
  const first = await servers.start({ policy: second, log });
  await post(first, "/act", { episode: "a", observation: [0, 1] });
  await expect(servers.start({ policy: second, log })).rejects.toThrow(/Another policy server .* is at work in/);
  await first.close();
  appendFileSync(join(log, logFile), '{"kind":"decision","decis');
  const notices: string[] = [];
  const next = await servers.start({ policy: second, log, onNotice: (notice) => notices.push(notice) });
  expect(notices).toEqual([expect.stringMatching(/The last line of .* was torn \(25 bytes/)]);
  expect((await post(next, "/reward", { decision: "a#0", reward: 1 })).body).toEqual({ recorded: true });
  expect((await post(next, "/act", { episode: "a", observation: [0, 2] })).body.decision).toBe("a#1");
  await post(next, "/end", { episode: "a" });
  expect((await readDataset(join(log, logFile))).episodes[0]!.rewards).toEqual(Float32Array.of(1, 0));
  await next.close();
  appendFileSync(join(log, logFile), '{"kind":"reward","decision":"b#0","reward":1,"time":1}\n');
  await expect(servers.start({ policy: second, log })).rejects.toThrow(
    /line 8 is about no open episode; restore the log/,
  );
  const bytes = await withAgent("sac", {}, async (agent) => agent.exportPolicy());
  await expect(servers.start({ policy: servers.file("other.onnx", bytes), log })).rejects.toThrow(
    /is of policies with other observations or actions/,
  );
});
