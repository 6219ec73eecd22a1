/** `calql watch`: pictures of a run's policy, of a policy file and of chance, and a sentence for every mistake. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { withAgent } from "../agents/agent.fixture.js";
import { box } from "../environments/environment.js";
import { registerEnvironment } from "../environments/registry.js";
import { contentOf } from "../runs/folder-content.fixture.js";
import { calql, tinyFlags } from "./command-line.fixture.js";

const home = process.cwd();
const place = mkdtempSync(join(tmpdir(), "calql-watch-"));

registerEnvironment("blind", () => ({
  name: "blind",
  observationSpace: box(3, -1, 1),
  actionSpace: box(2, -1, 1),
  horizon: 4,
  reset: () => ({ observation: new Float32Array(3), info: { success: false } }),
  step: () => ({
    observation: new Float32Array(3),
    reward: 0,
    terminated: true,
    truncated: false,
    info: { success: false },
  }),
  close() {},
}));

beforeAll(async () => {
  process.chdir(place);
  vi.stubEnv("CALQL_CACHE", join(place, "cache"));
  await calql("data", "collect", "pointmaze-umaze", "--steps", "500", "--out", "data.hdf5");
  const { code } = await calql(
    "train",
    "--agent",
    "bc",
    "--task",
    "pointmaze-umaze",
    "--dataset",
    "data.hdf5",
    "--out",
    "run",
    ...trainFlags,
  );
  expect(code).toBe(0);
  await withAgent(
    "cql",
    {},
    async (agent) => {
      writeFileSync("nameless.onnx", agent.exportPolicy());
      writeFileSync("point.onnx", agent.exportPolicy({ task: "pointmaze-umaze" }));
    },
    { observationSize: 4, actionSize: 2 },
  );
  await withAgent("cql", {}, async (agent) => writeFileSync("blind.onnx", agent.exportPolicy({ task: "blind" })));
  writeFileSync("text.onnx", "no model\n".repeat(20));
});
const trainFlags = tinyFlags.filter(
  (flag, i) =>
    flag !== "--n-actions" &&
    tinyFlags[i - 1] !== "--n-actions" &&
    flag !== "--critic-hidden" &&
    tinyFlags[i - 1] !== "--critic-hidden",
);

afterAll(() => {
  process.chdir(home);
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true });
});

const gifFrames = (path: string) => {
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 6).toString("latin1")).toBe("GIF89a");
  // Every frame is preceded by a graphic control extension: 21 F9 04.
  let count = 0;
  for (
    let at = bytes.indexOf("\x21\xf9\x04", 0, "latin1");
    at >= 0;
    at = bytes.indexOf("\x21\xf9\x04", at + 1, "latin1")
  )
    count++;
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), count };
};

describe("calql watch", () => {
  it("plays a run's policy in its task and puts the moving picture into its folder", async () => {
    const { code, out, error } = await calql("watch", "run", "--size", "32");
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toMatch(/^seed 0: (no )?success, return [01], \d+ steps \(\d+ pictures\)\nrun\/watch\.gif\n$/);
    const pictures = Number(/\((\d+) pictures\)/.exec(out)![1]);
    expect(gifFrames("run/watch.gif")).toEqual({ width: 32, height: 32, count: pictures });
  });

  it("plays a policy file, the same every time, and as a film strip of the wanted size", async () => {
    const watch = (out: string, ...flags: string[]) =>
      calql("watch", "--policy", "point.onnx", "--size", "40", "--out", out, ...flags);
    expect((await watch("a.png")).out).toMatch(/no success, return 0, 120 steps \(8 pictures\)\na\.png\n$/);
    await watch("b.png");
    await watch("c.png", "--seed", "1");
    await watch("d.png", "--stochastic");
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => readFileSync(`${name}.png`));
    expect(a!.equals(b!)).toBe(true);
    expect(a!.equals(c!)).toBe(false);
    expect(a!.equals(d!)).toBe(false);
    const { width, height } = decode(a!);
    expect({ width, height }).toEqual({ width: 4 * 42 - 2, height: 2 * 42 - 2 });
  });

  it("plays chance, several episodes, at the distance that is asked for", async () => {
    const flags = ["--task", "gridworld-cliff", "--episodes", "2", "--every", "30", "--size", "24"];
    const { code, out } = await calql("watch", "--random", ...flags);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines.length).toBe(3);
    expect(lines[2]).toBe("gridworld-cliff.gif");
    const lengths = lines.slice(0, 2).map((line) => Number(/(\d+) steps/.exec(line)![1]));
    // At 0, 30, 60, 90 and at the end.
    const expected = lengths.map((length) => Math.floor(length / 30) + 1 + (length % 30 === 0 ? 0 : 1));
    expect(gifFrames("gridworld-cliff.gif").count).toBe(expected[0]! + expected[1]!);
  });

  it("puts all pictures at the wanted distance on a strip, each episode on rows of its own", async () => {
    const flags = ["--task", "gridworld-cliff", "--episodes", "2", "--every", "30", "--size", "24"];
    const { out } = await calql("watch", "--random", ...flags, "--out", "cliff.png");
    const counts = [...out.matchAll(/\((\d+) pictures\)/g)].map(([, count]) => Number(count));
    const rows = counts.reduce((sum, count) => sum + Math.ceil(count / 4), 0);
    expect(counts.length).toBe(2);
    const { width, height } = decode(readFileSync("cliff.png"));
    expect({ width, height }).toEqual({ width: 4 * 26 - 2, height: rows * 26 - 2 });
  });

  const mistakes: readonly [string, RegExp][] = [
    [
      "watch",
      /^calql watch needs one of a run folder, --policy FILE and --random, not none\. See calql watch --help\.$/,
    ],
    ["watch run --random", /^calql watch needs one of .*, not several\./],
    ["watch missing", /^There is no run folder missing\. Check the path\.$/],
    ["watch --random", /^Random actions have no task of their own; name one with --task\.$/],
    ["watch --policy nameless.onnx", /^The policy nameless\.onnx does not name its task; name one with --task\.$/],
    [
      "watch --policy missing.onnx",
      /^The policy missing\.onnx cannot be read: there is no such file\. Give a run that/,
    ],
    ["watch --policy text.onnx --task door", /^"text\.onnx" is not a readable ONNX file; give a policy\.onnx that/],
    [
      "watch run --task gridworld-cliff",
      /^The policy run\/policy\.onnx turns 4 numbers into 2, but gridworld-cliff has/,
    ],
    ["watch run --task dor", /^Unknown environment "dor"\. Did you mean "door"\?/],
    [
      "watch run --out film.mp4",
      /^The picture film\.mp4 must end in \.gif \(moving\) or \.png \(a film strip\); name it so\.$/,
    ],
    ["watch run --size 4", /^The flag --size is "4"; give a whole number, at least 8 and at most 2048\.$/],
    ["watch run --episodes 0", /^The flag --episodes is "0"; give a whole number, at least 1\.$/],
    ["watch run --sede 1", /^calql watch has no flag --sede\. Did you mean --seed\?/],
    [
      "watch --policy blind.onnx",
      /^The environment blind cannot draw itself; give it a method render\(frame\) that fills/,
    ],
  ];

  it.each(mistakes)("says in a sentence what is wrong: calql %s", async (line, sentence) => {
    const before = contentOf(place);
    const { code, out, error } = await calql(...line.split(" "));
    expect(error).toMatch(/^error: [^\n]+\n$/);
    expect(error.slice("error: ".length, -1)).toMatch(sentence);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(contentOf(place)).toEqual(before);
  });

  it("says where it could not write, with exit code 1 and nothing left behind", async () => {
    const flags = ["--random", "--task", "gridworld-cliff", "--size", "16", "--out", "nowhere/film.gif"];
    const { code, error } = await calql("watch", ...flags);
    expect(error).toBe(
      "error: The picture could not be written to nowhere/film.gif: there is no such file. Name another place.\n",
    );
    expect(code).toBe(1);
    expect(existsSync("nowhere")).toBe(false);
  });
});
