/**
 * Files that a user imports, with the real executable: the example of docs/own-agent.md and an environment, from a project
 * with a copy of calql of its own, are trained, gone on with, compared, exported and watched; mistakes are one sentence.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PolicyFile } from "../agents/policy-file.js";
import { readRun } from "../runs/read.js";
import { builtProgram, root } from "./built.fixture.js";

const { place, bin, remove } = builtProgram();
/** The real path: an imported file is recorded by the one it was found at. */
const project = mkdtempSync(join(tmpdir(), "calql-project-"));
const at = (name: string) => join(project, name);

/** The project's own installation is not the one that is run: both share one registry. */
beforeAll(() => {
  const copy = at("node_modules/calql");
  mkdirSync(copy, { recursive: true });
  cpSync(join(place, "dist"), join(copy, "dist"), { recursive: true });
  copyFileSync(join(root, "package.json"), join(copy, "package.json"));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  symlinkSync(join(root, "assets"), join(copy, "assets"));
  copyFileSync(join(root, "examples/my-agent.mjs"), at("my-agent.mjs"));
  writeFileSync(at("my-environment.mjs"), ownEnvironment);
  writeFileSync(at("small.mjs"), smallCql!);
  writeFileSync(at("echo.mjs"), echo!);
});
afterAll(() => {
  remove();
  rmSync(project, { recursive: true });
});

/** The programs of the page, in its order: the mixture, a difference to an agent that exists, pictures, an environment. */
const [, smallCql, , echo] = [
  ...readFileSync(join(root, "docs/own-agent.md"), "utf8").matchAll(/^```js\n(.*?)^```$/gms),
].map(([, program]) => program!);

/** Another environment, whose body is calql's. */
const ownEnvironment = `
import { makeEnvironment, registerEnvironment } from "calql";
registerEnvironment("my-maze", () => makeEnvironment("pointmaze-umaze"));
`;

function calql(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], { cwd: project, encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}

const imports = ["--import", "./my-agent.mjs"];
const tiny = (
  "--preset laptop --threads 1 --batch-size 16 --actor-hidden 8 --offline-updates 20 --online-steps 20 " +
  "--evaluation-episodes 1 --dataset data.hdf5"
).split(" ");
/** Where a program names no other task. */
const onMaze = ["--task", "pointmaze-umaze"];
const train = (...words: string[]) => calql("train", ...onMaze, ...words, ...tiny);

describe("an imported file", () => {
  beforeAll(() => {
    const collected = calql("data", "collect", "pointmaze-umaze", "--out", "data.hdf5", "--steps", "500");
    expect(collected.code).toBe(0);
    const trained = train(...imports, "--agent", "mixture-bc", "--components", "3", "--out", "run");
    expect(trained).toMatchObject({ code: 0, out: expect.stringContaining("completed: run/report.html") });
  });

  it("brings an agent that trains offline and online; its settings are flags, and the run keeps the file", () => {
    const { config, summary, metrics, evaluations } = readRun(at("run"));
    expect(config.settings).toMatchObject({ agent: "mixture-bc", components: 3, actorHidden: [8] });
    expect(config.imports).toEqual([at("my-agent.mjs")]);
    expect(summary?.status).toBe("completed");
    expect(evaluations.at(-1)?.onlineSteps).toBeGreaterThanOrEqual(20);
    expect(metrics.at(-1)?.metrics.actorLoss).toEqual(expect.any(Number));
  });

  it("is imported again by export and resume, and named anew where it has moved", async () => {
    const exported = calql("export", "run", "--out", "policy.onnx");
    expect([exported.code, exported.error]).toEqual([0, ""]);
    const bytes = readFileSync(at("policy.onnx"));
    expect(bytes.equals(readFileSync(at("run/policy.onnx")))).toBe(true);
    const policy = await PolicyFile.load(bytes, "policy.onnx");
    expect([...(await policy.act(new Float32Array(4), { deterministic: true }))].every((x) => Math.abs(x) <= 1)).toBe(
      true,
    );
    await policy.release();
    expect(calql("resume", "run")).toMatchObject({ code: 0, out: expect.stringContaining("completed: run/") });

    renameSync(at("my-agent.mjs"), at("moved.mjs"));
    const lost = calql("resume", "run");
    const named = calql("resume", "run", "--import", "moved.mjs");
    renameSync(at("moved.mjs"), at("my-agent.mjs"));
    expect(lost).toEqual({
      code: 2,
      out: "",
      error: `error: The file ${at("my-agent.mjs")} cannot be imported: there is no such file. The run in run needs it; name where it is now: calql resume run --import FILE.\n`,
    });
    expect(named.code).toBe(0);
  });

  it("is imported by the workers of a comparison", () => {
    const flags = [...imports, "--agents", "bc,mixture-bc", "--seeds", "0", "--out", "compared", "--jobs", "1"];
    const compared = calql("compare", ...onMaze, ...flags, ...tiny);
    expect([compared.code, compared.out]).toEqual([0, expect.stringMatching(/^mixture-bc +1 run/m)]);
    const { config, summary } = readRun(at("compared/pointmaze-umaze/mixture-bc-seed0"));
    expect([config.imports, summary?.status]).toEqual([[at("my-agent.mjs")], "completed"]);
  });

  it("brings an environment, beside an agent from another file", () => {
    const words = [...imports, "--import=my-environment.mjs", "--agent", "mixture-bc", "--task", "my-maze"];
    const trained = train(...words, "--out", "mine");
    expect([trained.code, trained.error]).toEqual([0, expect.stringContaining("mixture-bc online")]);
    expect(readRun(at("mine")).config.imports).toEqual([at("my-agent.mjs"), at("my-environment.mjs")]);
    expect(calql("watch", "mine", "--size", "16", "--every", "50").out).toContain("mine/watch.gif");
  });
});

it("the other programs of the page work: CQL with a penalty, and an environment in which nothing is wrong", () => {
  const small = ["--import", "small.mjs", "--agent", "cql-small", "--value-penalty", "0.1", "--n-actions", "2"];
  const trained = train(...small, "--critic-hidden", "8", "--out", "small");
  expect([trained.code, trained.error]).toEqual([0, expect.stringContaining("cql-small online")]);
  expect(readRun(at("small")).metrics[0]!.metrics.valuePenalty).toBeGreaterThan(0);
  const check = `
    import { checkEnvironment, makeEnvironment } from "calql";
    import "./echo.mjs";
    console.log(await checkEnvironment(await makeEnvironment("echo")));`;
  writeFileSync(at("check.mjs"), check);
  expect(spawnSync(process.execPath, ["check.mjs"], { cwd: project, encoding: "utf8" }).stdout).toBe("[]\n");
});

/** Several command lines in one process, for speed; what one of them has registered, the next ones know. */
function calqlEach(lines: readonly (readonly string[])[]): { code: number; out: string; error: string }[] {
  const script = `
    const { main } = await import(${JSON.stringify(pathToFileURL(join(place, "dist/cli/main.js")).href)});
    const outcomes = [];
    const print = process.stdout.write.bind(process.stdout);
    for (const words of ${JSON.stringify(lines)}) {
      const outcome = { out: "", error: "" };
      process.stdout.write = (text) => ((outcome.out += text), true);
      process.stderr.write = (text) => ((outcome.error += text), true);
      const code = await main(words);
      outcomes.push({ code, ...outcome });
    }
    print(JSON.stringify(outcomes));`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: project,
    encoding: "utf8",
  });
  return JSON.parse(stdout);
}

it("settings of an own agent are listed, and a file that cannot be imported is one sentence and exit code 2", () => {
  const own = (name: string, setting: string) => `
    import { actorCritic, registerAgent, sacCriticLosses, sacSettings, z } from "calql/agents";
    const settings = sacSettings.extend({ ${setting}: z.number().default(1).describe("None.") });
    registerAgent("${name}", { settings, build: actorCritic(sacCriticLosses), summary: "", source: "", formula: "" });`;
  const mistakes: readonly (readonly [file: string, text: string | undefined, sentence: string])[] = [
    ["missing.mjs", undefined, "there is no such file. Name an ES module with --import FILE."],
    ["syntax.mjs", "export const x = 1;\nlet y = ;\n", "line 2: Unexpected token ';'. Mend it and run again."],
    ["throws.mjs", 'throw new Error("no robot")', "no robot. Mend it and run again."],
    ["package.mjs", 'import "calqll";', "Cannot find package 'calqll' imported from "],
    ["export.mjs", 'import { nothing } from "calql/agents";', "does not provide an export named 'nothing'. Mend it"],
    ["taken.mjs", own("sac", "x"), 'An agent "sac" is registered already; register yours under another name. Mend'],
    // Last: what it registers stays.
    ["flag.mjs", own("mine", "out"), "The setting out of mine has the name of a flag of calql train; rename it."],
  ];
  for (const [file, text] of mistakes) if (text !== undefined) writeFileSync(at(file), text);
  const wrong = mistakes.map(([file]) => ["train", "--import", file]);
  const [settings, ...outcomes] = calqlEach([["settings", ...imports], ["train", "--import"], ...wrong]);
  expect(settings!.out).toContain("| `components` | `--components` | `5` | mixture-bc |");
  expect(outcomes[0]!.error).toBe("error: The flag --import has no value; give one after it. See calql --help.\n");
  for (const [i, [file, , sentence]] of mistakes.entries()) {
    const { code, out, error } = outcomes[i + 1]!;
    expect([code, out], file).toEqual([2, ""]);
    expect(error).toMatch(/^error: [^\n]+\n$/);
    expect(error).toContain(sentence);
    if (file !== "flag.mjs") expect(error).toContain(`The file ${at(file)} cannot be imported: `);
  }
});
