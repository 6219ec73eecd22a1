/** An agent of the user's own on pictures: the example of docs/own-agent.md. */
import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import type { ObservationParts } from "../data/columns.js";
import type { AgentSettings } from "./index.js";
import * as agents from "./index.js";
import { beside, largestMove, looking, seen, updated } from "./pictures.fixture.js";

const FILTERED = "filtered-bc";

beforeAll(() => {
  const page = readFileSync("docs/own-agent.md", "utf8");
  const programs = [...page.matchAll(/^```js\nimport \* as t from "calql\/agents";\n(.*?)^```$/gms)];
  const program = programs.map(([, body]) => body!).find((body) => body.includes(`"${FILTERED}"`))!;
  new Function("t", program)(agents);
});

const made = (parts: ObservationParts, settings: AgentSettings = {}) =>
  looking(FILTERED, parts, { criticLearningRate: 1e-3, ...settings });

it("has an encoder that its critics train and its policy borrows, or one for each network", async () => {
  const arrays = ({ definitions }: agents.Parameters) => definitions.map(({ name }) => name).join(" ");
  for (const sharedEncoder of [true, false]) {
    const agent = await made(beside, { sharedEncoder });
    const { policy, critics } = agent.declared;
    expect(arrays(policy.parameters).includes("encoder")).toBe(!sharedEncoder);
    expect(arrays(critics!.parameters)).toContain(sharedEncoder ? "critics/encoder/" : "critics/critic2/encoder/");
    const [actor, before] = [agent.state("actor").slice(), agent.state("critics").slice()];
    await updated(agent);
    expect(largestMove(agent.state("critics"), before)).toBeGreaterThan(1e-4);
    expect(largestMove(agent.state("actor"), actor)).toBeGreaterThan(1e-5);
    await agent.release();
  }
});

it("acts as its exported policy does on bytes, and values what it does", async () => {
  const agent = await updated(await made(beside));
  const given = seen(5, beside);
  const own = (await agent.act(given, { deterministic: true })).slice();
  const file = await agents.PolicyFile.load(agent.exportPolicy(), "the exported policy");
  const [size, pixels] = [given.state!.length / 5, given.image.length / 5];
  for (let row = 0; row < 5; row++) {
    const state = given.state!.slice(row * size, (row + 1) * size);
    const image = given.image.slice(row * pixels, (row + 1) * pixels);
    const action = await file.act({ state, image }, { deterministic: true });
    action.forEach((x, i) => {
      expect(x).toBeCloseTo(own[row * action.length + i]!, 6);
    });
  }
  expect([...(await agent.values(given))!].every(Number.isFinite)).toBe(true);
  await Promise.all([agent.release(), file.release()]);
});
