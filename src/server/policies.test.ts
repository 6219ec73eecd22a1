/** Several policies: one that is replaced while it works, a shadow, and a share that a guard takes back. */
import { renameSync, writeFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { withAgent } from "../agents/agent.fixture.js";
import { isInShare } from "./guard.js";
import { alwaysChooses, get, linesOf, post, Servers } from "./server.fixture.js";

const servers = new Servers();
afterAll(() => servers.close());
const observation = [0.1, 0.2];

/** As a program replaces a file: whole. */
function replace(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

it("a newer policy decides from one request to the next, and none fails", async () => {
  const policy = servers.file("main.onnx", alwaysChooses(0));
  const log = servers.at("swap");
  const notices: string[] = [];
  const server = await servers.start({ policy, log, lookEvery: 20, onNotice: (notice) => notices.push(notice) });
  const before = (await get(server, "/policy")).body.policy;
  let [asked, chosen] = [0, 0];
  const asking = async () => {
    for (; chosen === 0; asked++) {
      const { status, body } = await post(server, "/act", { observation });
      expect(status).toBe(200);
      expect(body.policy === before).toBe(body.action === 0);
      chosen = body.action as number;
    }
  };
  const clients = [asking(), asking(), asking()];
  setTimeout(() => replace(policy, alwaysChooses(1)), 50);
  await Promise.all(clients);
  expect([chosen, asked > 3]).toEqual([1, true]);
  expect(notices).toEqual([
    expect.stringMatching(/^The main policy is now [0-9a-f]{12} of .*main\.onnx, in place of [0-9a-f]{12}\.$/),
  ]);
  expect(linesOf(log).filter((line) => line.kind === "event" && line.event === "policy").length).toBe(1);

  replace(policy, new TextEncoder().encode("no policy"));
  await expect.poll(() => notices.length).toBe(2);
  expect(notices[1]).toMatch(/^The newer policy of .* was not taken: ".*" is not a readable ONNX file/);
  expect((await post(server, "/act", { observation })).body.action).toBe(1);
  expect((await get(server, "/metrics")).text).toMatch(/^calql_policy_refusals_total\{role="main"\} 1$/m);
});

it("a shadow is heeded by nobody, and logged", async () => {
  const log = servers.at("shadow");
  const [policy, shadow] = [servers.file("one.onnx", alwaysChooses(0)), servers.file("two.onnx", alwaysChooses(2))];
  const server = await servers.start({ policy, shadow, log });
  expect((await post(server, "/act", { observation })).body.action).toBe(0);
  const version = (await get(server, "/policy")).body as unknown as { shadow: { policy: string } };
  expect(linesOf(log).at(-1)).toMatchObject({ action: 0, shadow: { policy: version.shadow.policy, action: 2 } });
});

it("a share of whole episodes goes to the second policy until it earns less, and stays back after a restart", async () => {
  const log = servers.at("canary");
  const policy = servers.file("first.onnx", alwaysChooses(0));
  const second = servers.file("worse.onnx", alwaysChooses(1));
  const options = { policy, canary: { policy: second, share: 0.5 }, log };
  const server = await servers.start(options);
  /** Two steps: choosing 0 earns about 1 a step, choosing 1 about 0.5. */
  const visit = async (episode: string) => {
    const actions: unknown[] = [];
    for (let step = 0; step < 2; step++) {
      const { action, decision } = (await post(server, "/act", { episode, observation })).body;
      actions.push(action);
      const noise = isInShare(`${episode}#${step}`, 0.5) ? 0.4 : -0.4;
      await post(server, "/reward", { decision, reward: (action === 0 ? 1 : 0.5) + noise });
    }
    await post(server, "/end", { episode });
    return actions;
  };
  let seconds = 0;
  let visits = 0;
  while (!server.service.team.reverted && visits < 400) {
    const episode = `visit-${visits++}`;
    const choice = isInShare(episode, 0.5) ? 1 : 0;
    seconds += choice;
    expect(await visit(episode)).toEqual([choice, choice]);
  }
  expect(seconds).toBe(50);
  const { body, text } = await get(server, "/policy");
  expect([body.canary.share, body.canary.reverted, text.includes('"high":-')]).toEqual([0, true, true]);
  const metrics = (await get(server, "/metrics")).text;
  expect(metrics).toMatch(/^calql_canary_reverted 1$/m);
  expect(Number(/^calql_canary_difference\{bound="value"\} (.*)$/m.exec(metrics)![1])).toBeCloseTo(-1, 0);
  expect(linesOf(log).at(-1)).toMatchObject({ kind: "event", event: "guard", policy: body.canary.policy });
  for (let i = 0; i < 20; i++) expect(await visit(`later-${i}`)).toEqual([0, 0]);
  await server.close();
  const next = await servers.start(options);
  expect(next.service.team.reverted).toBe(true);
});

it("nothing is drawn from a policy that has no distribution, nor from a newer one", async () => {
  const td3 = await withAgent("td3-bc", {}, async (agent) => agent.exportPolicy());
  const policy = servers.file("drawn.onnx", await withAgent("sac", {}, async (agent) => agent.exportPolicy()));
  const notices: string[] = [];
  const options = { lookEvery: 20, onNotice: (notice: string) => notices.push(notice) };
  const plain = await servers.start({ policy: servers.file("td3.onnx", td3) });
  const asked = await post(plain, "/act", { observation: [0, 0, 0], stochastic: true });
  expect([asked.status, asked.body.error]).toEqual([
    400,
    expect.stringMatching(/has no distribution to draw actions from/),
  ]);
  const drawing = await servers.start({ policy, stochastic: true, ...options });
  replace(policy, td3);
  await expect.poll(() => notices.length).toBe(1);
  expect(notices[0]).toMatch(/was not taken: The policy .* has no distribution to draw actions from; leave/);
  expect((await post(drawing, "/act", { observation: [0, 0, 0] })).body.propensity).toBeGreaterThan(0);
});
