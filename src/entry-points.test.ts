/**
 * The entry points of the package as a user finds them, built: what each of them loads, that the ones for browsers need
 * nothing of Node, and that their types compile where Node's are not installed.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { builtProgram, root } from "./cli/built.fixture.js";

const built = builtProgram();
afterAll(built.remove);
const dist = join(built.place, "dist");

const entryPoints = (
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, string> }
).exports;
const everywhere = ["./agents", "./browser", "./client", "./data", "./environments"] as const;

/** A folder of a program that has installed the package. */
const consumer = join(built.place, "consumer");
beforeAll(() => {
  mkdirSync(join(consumer, "node_modules"), { recursive: true });
  symlinkSync(built.place, join(consumer, "node_modules", "calql"));
  writeFileSync(join(consumer, "package.json"), '{ "type": "module" }');
});

function node(...words: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: "utf8", cwd: consumer });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

/** Loads a file of `dist` in a process whose loader writes down every module; what came after it, as addresses. */
function modulesOf(file: string): string[] {
  const hooks = `
    import { writeSync } from "node:fs";
    export async function resolve(specifier, context, next) {
      const found = await next(specifier, context);
      // Packages may have a build of their own for Node.
      const ofPackage = context.parentURL?.includes("/node_modules/");
      if (!ofPackage || !found.url.startsWith("node:")) writeSync(1, found.url + "\\n");
      return found;
    }`;
  const register = `import { register } from "node:module"; register("data:text/javascript,${encodeURIComponent(hooks)}");`;
  const begin = `data:text/javascript,${encodeURIComponent(register)}`;
  const entry = pathToFileURL(join(dist, file)).href;
  const modules = node("--import", begin, "--input-type=module", "-e", `await import("${entry}")`).split("\n");
  return [...new Set(modules.slice(modules.findIndex((url) => url.endsWith(file))))].slice(0, -1);
}

/** The packages among modules. */
const packagesOf = (modules: readonly string[]) => [
  ...new Set(modules.flatMap((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])),
];
const heavy =
  /^(?:@mujoco\/mujoco|h5wasm|hyparquet.*|zstddec|onnxruntime-.*|@observablehq\/plot|linkedom|cli-progress)$/;

describe("what is loaded", () => {
  it.each(["index.js", "agents/index.js", "browser.js", "data/index.js", "environments/index.js"])(
    "by %s: no package that is heavy",
    (file) => {
      const modules = modulesOf(file);
      expect(modules.length).toBeGreaterThan(10);
      expect(packagesOf(modules).filter((name) => heavy.test(name))).toEqual([]);
      if (file !== "index.js") expect(modules.filter((url) => url.startsWith("node:"))).toEqual([]);
    },
  );

  it("by calql --help: the parser of command lines and no verb", () => {
    const modules = modulesOf("cli/main.js");
    expect(packagesOf(modules).sort()).toEqual(["commander", "fastest-levenshtein"]);
    expect(modules.filter((url) => url.includes("/dist/")).map((url) => url.split("/dist/")[1])).not.toContain(
      "cli/train.js",
    );
  });

  it("by the data formats: no library", () => {
    const modules = modulesOf("data/formats/formats.js");
    expect(modules.some((url) => url.endsWith("/formats/minari/minari-format.js"))).toBe(true);
    expect(packagesOf(modules).filter((name) => heavy.test(name) || /fflate|protobufjs/.test(name))).toEqual([]);
  });
});

describe("for browsers", () => {
  it.each(everywhere)("esbuild bundles %s without a warning, and nothing of Node is left", async (entry) => {
    const { warnings, metafile } = await build({
      stdin: { contents: `export * from "calql${entry.slice(1)}";`, resolveDir: consumer },
      bundle: true,
      platform: "browser",
      format: "esm",
      splitting: true,
      outdir: "bundle",
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    expect(warnings).toEqual([]);
    const inputs = Object.entries(metafile.inputs);
    expect(inputs.flatMap(([, { imports }]) => imports.filter(({ external }) => external))).toEqual([]);
    expect(inputs.filter(([file]) => /onnxruntime|@mujoco/.test(file))).toEqual([]);
  });

  it("calql/browser trains in one bundle, once it was given ONNX Runtime", async () => {
    const outfile = join(consumer, "bundle.mjs");
    await build({
      stdin: {
        contents: `
          import { agentNames, collectTask, trainInMemory, useRuntime } from "calql/browser";
          export async function train(ort) {
            const settings = { task: "gridworld-cliff", agent: "cql-discrete", offlineUpdates: 4, onlineSteps: 0 };
            const sizes = { batchSize: 8, criticHidden: [8], threads: 1, evaluationEpisodes: 1 };
            if (ort) useRuntime(ort);
            const dataset = await collectTask({ task: settings.task, steps: 500, seed: 0 });
            const record = await trainInMemory({ ...settings, ...sizes }, { dataset });
            return [agentNames().length > 5, record.ending.status];
          }`,
        resolveDir: consumer,
      },
      bundle: true,
      platform: "browser",
      format: "esm",
      outfile,
      logLevel: "silent",
    });
    const run = (ort: string) => `import { train } from "./bundle.mjs"; console.log(String(await train(${ort})))`;
    const web = 'await import("onnxruntime-web").then((ort) => (ort.env.wasm.numThreads = 1, ort))';
    expect(node("--input-type=module", "-e", run(web))).toBe("true,completed\n");
    const without = spawnSync(process.execPath, ["--input-type=module", "-e", run("undefined")], { cwd: consumer });
    expect(String(without.stderr)).toContain("There is no ONNX Runtime yet; install onnxruntime-web");
  });
});

describe("MuJoCo in a bundle for browsers", () => {
  const served = join(consumer, "served");
  const make = `import { make } from "./served/maze.mjs"; console.log((await make()).name)`;
  beforeAll(async () => {
    await build({
      stdin: {
        contents: `
          import { makeEnvironment } from "calql/browser";
          export const make = () => makeEnvironment("pointmaze-umaze");`,
        resolveDir: consumer,
      },
      bundle: true,
      platform: "browser",
      format: "esm",
      outfile: join(served, "maze.mjs"),
      logLevel: "silent",
    });
  });

  it("is asked for beside the bundle, and says so where it is missing", () => {
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", make], { cwd: consumer });
    expect(String(stderr)).toMatch(
      /MuJoCo cannot be loaded from file:.*; serve mujoco\.js and mujoco\.wasm of the pac/,
    );
  });

  it("is loaded from there", () => {
    for (const file of ["mujoco.js", "mujoco.wasm"])
      copyFileSync(join(root, "node_modules/@mujoco/mujoco", file), join(served, file));
    expect(node("--input-type=module", "-e", make)).toBe("pointmaze-umaze\n");
  });
});

describe("types without those of Node", () => {
  const compile = (source: string) => {
    writeFileSync(join(consumer, "use.ts"), source);
    const options = ["--strict", "--noEmit", "--target", "ES2022", "--lib", "ES2023,DOM", "--module", "NodeNext"];
    const tsc = join(root, "node_modules", ".bin", "tsc");
    return spawnSync(tsc, [...options, "--types", "", "use.ts"], { cwd: consumer, encoding: "utf8" }).stdout;
  };
  const use = `
    import { Agent, registerAgent } from "calql/agents";
    import { type MemorySink, trainInMemory, useRuntime } from "calql/browser";
    import { type Decision, PolicyClient } from "calql/client";
    import { countSteps, type Dataset, filesInMemory, loadDataset, recogniseFormat } from "calql/data";
    import { type Environment, makeEnvironment } from "calql/environments";
    const files = filesInMemory("log.jsonl", new Uint8Array(0));
    export const dataset: Dataset = await loadDataset(await (await recogniseFormat(files)).open(files, {}));
    export const steps: number = countSteps(dataset);
    export const environment: Environment = await makeEnvironment("pointmaze-umaze");
    export const record: MemorySink = await trainInMemory({ task: environment.name }, { dataset });
    export const decided: Promise<Decision> = new PolicyClient("http://127.0.0.1:8787").act([0, 1]);
    export const others = [Agent, registerAgent, useRuntime];`;

  it("compile at every entry point", () => {
    expect(everywhere.every((entry) => use.includes(`"calql${entry.slice(1)}"`))).toBe(true);
    expect(compile(use)).toBe("");
    // The check sees the types, and Node's are not there.
    expect(compile(use.replace("steps: number", "steps: string"))).toMatch(/not assignable to type 'string'/);
    expect(compile("export const here: Buffer = Buffer.of(1);")).toMatch(/Cannot find name 'Buffer'/);
  });
});

test("the package has these entry points and no others", () => {
  expect(Object.keys(entryPoints)).toEqual([".", ...everywhere, "./package.json"]);
});

test("calql/data opens a dataset in memory", async () => {
  const { filesInMemory, loadDataset, recogniseFormat } = (await import(
    pathToFileURL(join(dist, "data", "index.js")).href
  )) as typeof import("./data/index.js");
  const rows = [0, 1].map((step) => ({
    episode: 0,
    step,
    observation: [step],
    action: [0.5],
    reward: 1,
    terminated: step === 1,
  }));
  const files = filesInMemory("log.jsonl", new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")));
  const { episodes } = await loadDataset(await (await recogniseFormat(files)).open(files, {}));
  expect(episodes.map(({ length }) => length)).toEqual([2]);
});
