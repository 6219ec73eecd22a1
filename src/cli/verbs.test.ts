/**
 * The verbs at work: collect and inspect data, train from a file of them, draw reports; and what is left of a run that
 * fails. Ctrl-C is tested with the real executable in interrupt.test.ts.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { countingTables, exampleFile, randomDataset } from "../data/example-data.fixture.js";
import { writeD4RL } from "../data/formats/d4rl/d4rl-writer.js";
import { RunFailure } from "../errors.js";
import { configure } from "../runs/configure.js";
import { readRun } from "../runs/read.js";
import { errorOf, registerLine, runFolderContent, tiny } from "../runs/tiny-run.fixture.js";
import { calql, tinyFlags } from "./command-line.fixture.js";
import { trainWithView } from "./train.js";

const place = mkdtempSync(join(tmpdir(), "calql-verbs-"));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

const collect = (out: string, ...flags: string[]) =>
  calql("data", "collect", "pointmaze-umaze", "--out", at(out), "--steps", "1000", ...flags);

beforeAll(async () => {
  await collect("data.hdf5");
});

describe("calql data collect", () => {
  it("writes the same bytes for the same seed, and others for another", async () => {
    const { code, out } = await collect("again.hdf5", "--seed", "0");
    expect(code).toBe(0);
    expect(out.split("\n")[0]).toBe(at("again.hdf5"));
    expect(out).toMatch(/1,?000/);
    await collect("other.hdf5", "--seed", "1");
    const [first, again, other] = ["data", "again", "other"].map((name) => readFileSync(at(`${name}.hdf5`)));
    expect(again!.equals(first!)).toBe(true);
    expect(other!.equals(first!)).toBe(false);
  });

  it("counts episodes, starts and goals as it was told", async () => {
    const flags = ["--episodes", "3", "--starts", "fixed", "--goals", "fixed", "--noise", "0"];
    const { out } = await calql("data", "collect", "pointmaze-umaze", "--out", at("expert.hdf5"), ...flags);
    expect(out).toMatch(/starts fixed, goals fixed, goal share 1, noise 0/);
    expect(out).toMatch(/episodes +3\b/);
  });
});

describe("calql data collect of an ant maze", () => {
  const collectAnt = (out: string, ...flags: string[]) =>
    calql("data", "collect", "antmaze-medium-diverse", "--out", at(out), "--steps", "200", ...flags);

  it("walks with the shipped policy, and writes the same bytes for the same seed", async () => {
    const { code, out } = await collectAnt("ant.hdf5");
    expect(code).toBe(0);
    expect(out).toMatch(
      /walking policy ant-policy\.onnx, starts diverse, goals diverse, goal share 0\.2, noise 0\.2, horizon 1000, seed 0\n/,
    );
    expect(out).toMatch(/shapes +observations \[29\], actions \[8\]\n/);
    await collectAnt("ant-again.hdf5");
    expect(readFileSync(at("ant-again.hdf5")).equals(readFileSync(at("ant.hdf5")))).toBe(true);
    const { out: fixed } = await collectAnt("ant-fixed.hdf5", "--starts", "fixed", "--goals", "fixed", "--noise", "0");
    expect(fixed).toMatch(/starts fixed, goals fixed, goal share 1, noise 0, /);
  });

  it("is drawn as a picture of where the data have been", async () => {
    const { code } = await calql("data", "inspect", at("ant.hdf5"), "--picture", at("ant.svg"));
    expect([code, readFileSync(at("ant.svg"), "utf8").slice(0, 5)]).toEqual([0, "<svg "]);
    const lost = await calql("data", "inspect", at("ant.hdf5"), "--picture", place);
    expect([lost.code, lost.error]).toEqual([
      1,
      expect.stringMatching(/^error: The picture could not be written to .*folder/),
    ]);
  });
});

describe("calql data collect of a gridworld", () => {
  const collectGrid = (out: string, ...flags: string[]) =>
    calql("data", "collect", "gridworld-cliff", "--out", at(out), "--steps", "500", ...flags);

  it("writes discrete actions, which inspect counts, and the same bytes for the same seed", async () => {
    const { code, out } = await collectGrid("grid.hdf5", "--noise", "0.2");
    expect(code).toBe(0);
    expect(out).toMatch(/shapes +observations \[38\], 4 discrete actions\n/);
    expect(out).toMatch(/noise 0\.2/);
    await collectGrid("grid-again.hdf5", "--noise", "0.2");
    expect(readFileSync(at("grid-again.hdf5")).equals(readFileSync(at("grid.hdf5")))).toBe(true);
    const inspected = await calql("data", "inspect", at("grid.hdf5"));
    expect(inspected.out.split("\n").slice(2)).toEqual(out.split("\n").slice(3));
  });
});

describe("calql data inspect", () => {
  it("describes what was collected", async () => {
    const { code, out, error } = await calql("data", "inspect", at("data.hdf5"));
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toContain(at("data.hdf5"));
  });

  it("needs the horizon of a file without timeouts", async () => {
    writeFileSync(at("endless.hdf5"), await exampleFile(countingTables(new Array(10).fill(0))));
    expect((await calql("data", "inspect", at("endless.hdf5"))).code).toBe(2);
    const { code, out } = await calql("data", "inspect", at("endless.hdf5"), "--horizon", "5");
    expect(code).toBe(0);
    expect(out).toMatch(/episodes +2\b/);
  });
});

describe("calql train and calql report", () => {
  const run = (agent: string, ...flags: string[]) =>
    calql(
      "train",
      "--agent",
      agent,
      "--task",
      "pointmaze-umaze",
      "--dataset",
      at("data.hdf5"),
      "--out",
      at(agent),
      ...tinyFlags,
      ...flags,
    );

  it("leave a run folder with a report, and one page over several runs", async () => {
    const { code, out, error } = await run("cal-ql", "--seed", "1");
    expect(code).toBe(0);
    expect(out).toBe(`completed: ${at("cal-ql")}/report.html (policy: ${at("cal-ql")}/policy.onnx)\n`);
    expect(error).toMatch(/^cal-ql offline success \d+ %, return \S+, length \d+ \(after 0 updates\)\n/);
    expect(readdirSync(at("cal-ql")).sort()).toEqual([...runFolderContent, "report.html"].sort());
    expect(readRun(at("cal-ql")).config.settings).toMatchObject({
      seed: 1,
      actorHidden: [8],
      dataset: at("data.hdf5"),
    });
    await run("cql");
    const page = at("pages/both.html");
    expect(await calql("report", at("cal-ql"), at("cql"), "--out", page)).toEqual({
      code: 0,
      out: `${page}\n`,
      error: "",
    });
    const html = readFileSync(page, "utf8");
    expect(html).toContain("<svg");
    expect(html).toContain("cal-ql");
    expect(html).not.toMatch(/(src|href)="https?:/);
  });

  it("draw all runs below a folder, but for those that a comparison moved aside", async () => {
    const runs = at("compared/pointmaze-umaze");
    mkdirSync(runs, { recursive: true });
    for (const [from, name] of [
      ["cal-ql", "cal-ql-seed1"],
      ["cql", "cql-seed0"],
      ["cql", "cql-seed0.damaged-1"],
    ] as const)
      cpSync(at(from), join(runs, name), { recursive: true });
    writeFileSync(at("compared/notes.txt"), "mine");
    const page = at("compared/report.html");
    expect(await calql("report", at("compared"))).toEqual({ code: 0, out: `${page}\n`, error: "" });
    expect(readFileSync(page, "utf8")).toContain("2 runs: offline pre-training");
    expect((await calql("report", runs)).code).toBe(0);
    expect(readFileSync(join(runs, "report.html"), "utf8")).toContain("2 runs: offline pre-training");
    mkdirSync(at("empty/below"), { recursive: true });
    expect((await calql("report", at("empty"))).error).toContain("is not a run folder: it holds no config.json");
  });

  it("repeat a run from its config.json", async () => {
    const { code } = await calql("train", "--config", join(at("cal-ql"), "config.json"), "--out", at("repeated"));
    expect(code).toBe(0);
    const [first, second] = [at("cal-ql"), at("repeated")].map((folder) => readFileSync(join(folder, "policy.onnx")));
    expect(second!.equals(first!)).toBe(true);
  });

  it("draw a single run's page into its folder", async () => {
    rmSync(join(at("cql"), "report.html"));
    expect((await calql("report", at("cql"))).out).toBe(`${join(at("cql"), "report.html")}\n`);
    expect(existsSync(join(at("cql"), "report.html"))).toBe(true);
  });
});

describe("a run that fails", () => {
  it("leaves its report, one sentence and exit code 1", async () => {
    const data = randomDataset(1, [200], { observationSize: 4, actionSize: 2 });
    data.episodes[0]!.rewards.fill(1e30, 150);
    writeFileSync(at("huge.hdf5"), await writeD4RL(data));
    const flags = ["--task", "pointmaze-umaze", "--dataset", at("huge.hdf5"), "--out", at("diverged"), ...tinyFlags];
    const { code, out, error } = await calql("train", ...flags);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(error).toMatch(/\nerror: Update \d+ of cal-ql is not finite: [^\n]+\n$/);
    expect(readRun(at("diverged")).summary).toMatchObject({ status: "failed" });
    expect(readFileSync(join(at("diverged"), "report.html"), "utf8")).toContain("is not finite");
  });

  it("by its environment leaves its report as well", async () => {
    const steps = { beforeStep: (count: number) => count === 15 && expect.fail("out of battery") };
    const task = registerLine("tired-line", steps);
    const dataset = randomDataset(1, [50], { observationSize: 2, actionSize: 1 });
    const folder = at("tired");
    const silent = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await expect(trainWithView(configure({ ...tiny, task }), { folder, dataset })).rejects.toThrow(/out of battery/);
    silent.mockRestore();
    expect(existsSync(join(folder, "report.html"))).toBe(true);
  });

  it.each<[string, "completed" | "failed", boolean]>([
    ["a run that is complete", "completed", false],
    ["a run that fails", "failed", true],
  ])("says once how to draw the report of %s later, where there is no room for it", async (name, status, fails) => {
    const folder = at(status);
    const task = registerLine(name, {
      beforeReset: (resets) => resets === 2 && mkdirSync(join(folder, "report.html"), { recursive: true }),
      beforeStep: (count) => fails && count === 15 && expect.fail("out of battery"),
    });
    const dataset = randomDataset(1, [50], { observationSize: 2, actionSize: 1 });
    const said: string[] = [];
    const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
    const error = await errorOf(trainWithView(configure({ ...tiny, task }), { folder, dataset }));
    stderr.mockRestore();
    const sentence = `The report could not be written to ${folder}/report.html: it is a folder. The run itself is kept; free space or check the permissions, then draw it with "calql report ${folder}".`;
    expect(readRun(folder).summary?.status).toBe(status);
    expect(said.filter((text) => text.includes("could not be written"))).toEqual(
      fails ? [`cal-ql: ${sentence}\n`] : [],
    );
    if (fails) expect(error.message).toMatch(/out of battery/);
    else expect(error).toEqual(new RunFailure(sentence));
    rmSync(join(folder, "report.html"), { recursive: true });
    expect((await calql("report", folder)).code).toBe(0);
  });

  it("leaves the report of another run in the same place alone", async () => {
    const page = join(at("cql"), "report.html");
    writeFileSync(page, "mine");
    const { code } = await calql(
      "train",
      "--task",
      "pointmaze-umaze",
      "--dataset",
      at("data.hdf5"),
      "--out",
      at("cql"),
      ...tinyFlags,
    );
    expect(code).toBe(2);
    expect(readFileSync(page, "utf8")).toBe("mine");
  });
});
