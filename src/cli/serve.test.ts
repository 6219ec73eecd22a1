/** `calql serve`: a run at work behind HTTP, from its first line to Ctrl-C, and what is wrong with a command line. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { withAgent } from "../agents/agent.fixture.js";
import { collectPointMaze } from "../environments/pointmaze/collect-pointmaze.js";
import { tiny, train } from "../runs/tiny-run.fixture.js";
import { PolicyClient } from "../server/client.js";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-serve-cli-"));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

it("serves the best state of a run until it is interrupted, and its log is inspected as data", async () => {
  const task = "pointmaze-umaze";
  const dataset = await collectPointMaze({ task, goals: "fixed", steps: 500, seed: 0 });
  await train({ ...tiny, task, evaluateEveryUpdates: 5 }, { folder: at("run"), dataset });
  const said = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  const ended = calql("serve", at("run"), "--port", "0", "--log", at("served"), "--stochastic", "--seed", "1");
  const line = () =>
    vi
      .mocked(process.stdout.write)
      .mock.calls.map(([text]) => String(text))
      .join("");
  await expect
    .poll(line, { timeout: 20_000 })
    .toMatch(/^serving .*run \([0-9a-f]{12}\) at http:\/\/127\.0\.0\.1:\d+; log: .*decisions\.jsonl\n$/);
  const client = new PolicyClient(/http:[^;]*/.exec(line())![0]);
  for (let step = 0; step < 3; step++) {
    const decision = await client.act([0, 0.1, 0.2, 0.3, 0, 0].slice(0, dataset.observations.state!.shape[0]), {
      episode: "a",
    });
    expect(decision.propensity).toBeGreaterThan(0);
    await client.reward(decision, step);
  }
  await client.end("a");
  process.emit("SIGINT");
  expect(await ended).toMatchObject({ code: 0, error: expect.stringMatching(/^ending: requests that are under way/) });
  said.mockRestore();
  expect(existsSync(at("run/policy-best.onnx"))).toBe(true);
  expect(existsSync(at("served/.lock"))).toBe(false);
  const { code, out } = await calql("data", "inspect", at("served/decisions.jsonl"));
  expect(code).toBe(0);
  expect(out).toMatch(/\nsteps +3\n/);
  expect(out).toMatch(/\nreturn +min 3 /);
  expect(readFileSync(at("served/decisions.jsonl"), "utf8").split("\n").length).toBe(10); // header, start, 3 + 3, end
});

describe("a command line that is wrong", () => {
  it.each<[string, RegExp]>([
    ["", /^error: calql serve needs a policy; name it\./],
    ["nothing.onnx", /^error: There is no .*nothing\.onnx; give the folder of a run or an ONNX file\.$/],
    ["text.onnx", /^error: ".*text\.onnx" is not a readable ONNX file; /],
    [
      "td3.onnx --stochastic",
      /^error: The policy .*td3\.onnx has no distribution to draw actions from; leave --stochastic out\.$/,
    ],
    [
      "td3.onnx --shadow sac.onnx",
      /^error: The policy .*sac\.onnx turns vectors of 4 numbers into vectors of 2, and .*td3\.onnx turns vectors of 3/,
    ],
    [
      "td3.onnx --canary td3.onnx --share 101%",
      /^error: The flag --share is "101%"; give percents from 0 to 100, such as 5%\.$/,
    ],
    ["td3.onnx --share 5%", /^error: The flag --share says how much .*; name that policy with --canary\.$/],
    ["td3.onnx --host 0.0.0.0", /^error: Other machines can reach 0\.0\.0\.0, .* give a token/],
    [
      "td3.onnx --token-file nothing.txt",
      /^error: The token cannot be read from .*nothing\.txt: there is no such file\. Name a file/,
    ],
    [
      "td3.onnx --port 70000",
      /^error: The flag --port is "70000"; give a whole number, at least 0 and at most 65535\.$/,
    ],
  ])("calql serve %s", async (words, message) => {
    const bytes = (name: string, observationSize: number) =>
      withAgent(name, {}, async (agent) => agent.exportPolicy(), { observationSize });
    writeFileSync(at("td3.onnx"), await bytes("td3-bc", 3));
    writeFileSync(at("sac.onnx"), await bytes("sac", 4));
    writeFileSync(at("text.onnx"), "no policy");
    const absolute = words
      .split(" ")
      .filter(Boolean)
      .map((word) => (/\.(onnx|txt)$/.test(word) ? at(word) : word));
    const { code, out, error } = await calql("serve", ...absolute, "--log", at("untouched"));
    expect([code, out]).toEqual([2, ""]);
    expect(error.trimEnd()).toMatch(message);
    expect(existsSync(at("untouched"))).toBe(false);
  });
});
