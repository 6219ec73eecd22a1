/** The log of a policy server as a data set: what it says, what a kill leaves of it, and what no server wrote. */
import { describe, expect, it } from "vitest";
import { DataError } from "../../../errors.js";
import { filesInMemory } from "../../containers/files.js";
import { loadDataset } from "../../episode-source.js";
import { recogniseFormat } from "../formats.js";
import { fuzzFormat } from "../fuzz.fixture.js";
import { servedFormat } from "./served-format.js";

const header = {
  kind: "calql-served",
  version: 1,
  observations: { state: { type: "float32", shape: [2] } },
  actions: { size: 1, low: [0], high: [4] },
};
const decision = (episode: string, step: number, others: object = {}) => ({
  kind: "decision",
  decision: `${episode}#${step}`,
  episode,
  step,
  observation: [step, 0.5],
  action: [3],
  propensity: 0.25,
  policy: "abc",
  time: 1,
  ...others,
});
const reward = (name: string, value: number) => ({ kind: "reward", decision: name, reward: value, time: 2 });
const end = (episode: string, how: string, others: object = {}) => ({ kind: "end", episode, how, time: 3, ...others });
const textOf = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const filesOf = (text: string) => filesInMemory("decisions.jsonl", new TextEncoder().encode(text));
const read = async (text: string) => loadDataset(await servedFormat.open(filesOf(text), {}));

const lines = [
  header,
  { kind: "event", event: "start", message: "The policy is abc.", policy: "abc", time: 0 },
  decision("a", 0),
  decision("b", 0, { canary: true, shadow: { policy: "d", action: [1] } }),
  decision("a", 1),
  reward("a#0", 2),
  end("a", "terminated"),
  decision("c", 0),
  decision("b", 1),
  reward("b#0", -1),
  reward("b#1", 5),
  end("b", "truncated"),
];

describe("a server's log", () => {
  it("is recognised among all formats, and says what its actions are", async () => {
    expect((await recogniseFormat(filesOf(textOf(lines)))).id).toBe("served");
    const { actionSize, actionBounds, observations } = await read(textOf(lines));
    expect([actionSize, actionBounds?.low[0], actionBounds?.high[0]]).toEqual([1, 0, 4]);
    expect(observations).toEqual(header.observations);
  });

  it("keeps how likely each choice was, and refuses what is no probability", async () => {
    const choice = { ...header, actions: { discrete: 4 } };
    const made = (step: number, propensity: number | null) => decision("a", step, { action: step, propensity });
    const log = [choice, made(0, 0.25), made(1, 1), made(2, 0.5), end("a", "truncated")];
    const { episodes, hasPropensities } = await read(textOf(log));
    expect([hasPropensities, [...episodes[0]!.propensities!]]).toEqual([true, [0.25, 1]]); // the last step is left out
    expect(await read(textOf(lines))).not.toHaveProperty("hasPropensities");
    await expect(read(textOf([choice, made(0, 1.5)]))).rejects.toThrow("line 2 has a propensity that is 1.5, where");
    await expect(read(textOf([choice, made(0, null)]))).rejects.toThrow(
      '"decisions.jsonl": line 2 has a propensity that is missing; restore the log',
    );
  });

  it("gives episodes as they ended; a step whose next observation is unknown is left out, and told", async () => {
    const { episodes, notes } = await read(textOf(lines));
    expect(episodes.map(({ rewards, terminated, truncated }) => [[...rewards], [...terminated], truncated])).toEqual([
      [[2, 0], [0, 1], false],
      [[-1], [0], true],
    ]);
    expect(episodes[1]!.observations.state).toEqual(Float32Array.of(0, 0.5, 1, 0.5));
    expect(notes).toEqual([
      {
        text: "because their episode broke off after them and the observation that followed is unknown",
        leftOut: 2,
        example: "line 9",
      },
      { text: "1 episode was open when the log ended", leftOut: 0 },
      { text: "1 decision without a reported reward earned 0", leftOut: 0 },
    ]);
  });

  it("keeps the last step of a broken-off episode where what followed was told", async () => {
    const { episodes } = await read(textOf([...lines.slice(0, -1), end("b", "truncated", { observation: [9, 9] })]));
    expect([...episodes[1]!.rewards]).toEqual([-1, 5]);
    expect(episodes[1]!.observations.state).toEqual(Float32Array.of(0, 0.5, 1, 0.5, 9, 9));
  });

  it("may be torn at its end, wherever that is", async () => {
    const whole = textOf(lines);
    const last = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (let length = last + 1; length < whole.length - 1; length++) {
      const { notes } = await read(whole.slice(0, length));
      expect(notes!.map(({ text }) => text)).toContain("the last line is torn, as a kill leaves it, and was left out");
    }
  });

  it.each<[string, readonly object[], RegExp]>([
    ["a step too many", [header, decision("a", 1)], /line 2 is step 1 of its episode where step 0 comes next/],
    ["a reward of nothing", [header, reward("a#0", 1)], /line 2 rewards a decision of no open episode/],
    ["an end of nothing", [header, end("a", "terminated")], /line 2 ends an episode that is not open/],
    [
      "another observation",
      [header, decision("a", 0, { observation: [1] })],
      /line 2 has an observation that is not a list of 2 finite/,
    ],
    [
      "another action",
      [header, decision("a", 0, { action: [1, 2] })],
      /line 2 has an action that is not as the header says/,
    ],
    ["a second header", [header, header, decision("a", 0)], /line 2 is a second header; read the logs one by one/],
    [
      "a line of something else",
      [header, { kind: "act" }, decision("a", 0)],
      /line 2: .*restore the line as the server wrote it/,
    ],
  ])("%s is refused", async (_, damaged, message) => {
    const error = await read(textOf(damaged)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(message);
  });

  it("damaged 2,000 times gives valid data or one typed error each", async () => {
    const { cases, refused, accepted } = await fuzzFormat(servedFormat, [filesOf(textOf(lines))], {
      mutations: 2000,
      seed: 3,
    });
    expect([cases, refused > 500, accepted > 50]).toEqual([2000, true, true]);
  });
});
