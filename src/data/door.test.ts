/**
 * The door `calql/data` as a user finds it: built, it loads no library for a file format and nothing of Node, and its
 * types compile where Node's are not installed.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { builtProgram, root } from "../cli/built.fixture.js";

const built = builtProgram();
afterAll(built.remove);
const door = join(built.place, "dist", "data", "index.js");

/** Loads the door in a process whose loader writes down every module; what they are, as addresses. */
function modulesOf(entry: string): string[] {
  const hooks = `
    import { writeSync } from "node:fs";
    export async function resolve(specifier, context, next) {
      const found = await next(specifier, context);
      writeSync(1, found.url + "\\n");
      return found;
    }`;
  const register = `import { register } from "node:module"; register("data:text/javascript,${encodeURIComponent(hooks)}");`;
  const begin = `data:text/javascript,${encodeURIComponent(register)}`;
  const { stdout, status } = spawnSync(
    process.execPath,
    ["--import", begin, "--input-type=module", "-e", `await import("${pathToFileURL(entry).href}")`],
    { encoding: "utf8", cwd: built.place },
  );
  expect(status).toBe(0);
  return [...new Set(stdout.split("\n"))].slice(0, -1);
}

test.each(["data/index.js", "data/formats/formats.js"])("%s loads neither Node's modules nor libraries", (entry) => {
  const modules = modulesOf(join(built.place, "dist", entry));
  expect(modules.some((url) => url.endsWith("/formats/ogbench/ogbench-format.js"))).toBe(true);
  const asked = modules.slice(modules.findIndex((url) => url.endsWith(entry)));
  expect(asked.filter((url) => url.startsWith("node:"))).toEqual([]);
  expect(
    asked.filter((url) => /node_modules\/(h5wasm|hyparquet|fflate|zstddec|protobufjs|onnxruntime)/.test(url)),
  ).toEqual([]);
});

test("its types compile without those of Node", () => {
  const consumer = join(built.place, "consumer");
  mkdirSync(join(consumer, "node_modules"), { recursive: true });
  symlinkSync(built.place, join(consumer, "node_modules", "calql"));
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: unknown };
  writeFileSync(join(built.place, "package.json"), JSON.stringify({ name: "calql", type: "module", exports }));
  writeFileSync(join(consumer, "package.json"), '{ "type": "module" }');
  const use = `
    import { countSteps, type Dataset, filesInMemory, loadDataset, recogniseFormat } from "calql/data";
    const files = filesInMemory("log.jsonl", new Uint8Array(0));
    export const dataset: Dataset = await loadDataset(await recogniseFormat(files).open(files, {}));
    export const steps: number = countSteps(dataset);`;
  const compile = (source: string) => {
    writeFileSync(join(consumer, "use.ts"), source);
    const options = ["--strict", "--noEmit", "--target", "ES2022", "--lib", "ES2023", "--module", "NodeNext"];
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const { stdout } = spawnSync(tsc, [...options, "--types", "", "use.ts"], { cwd: consumer, encoding: "utf8" });
    return stdout;
  };
  expect(compile(use)).toBe("");
  // The check sees the types, and Node's are not there.
  expect(compile(use.replace("steps: number", "steps: string"))).toMatch(/not assignable to type 'string'/);
  expect(compile("export const here: Buffer = Buffer.of(1);")).toMatch(/Cannot find name 'Buffer'/);
});

test("it opens a data set in memory", async () => {
  const { filesInMemory, loadDataset, recogniseFormat } = (await import(
    pathToFileURL(door).href
  )) as typeof import("./index.js");
  const rows = [0, 1].map((step) => ({
    episode: 0,
    step,
    observation: [step],
    action: [0.5],
    reward: 1,
    terminated: step === 1,
  }));
  const files = filesInMemory("log.jsonl", new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")));
  const { episodes } = await loadDataset(await recogniseFormat(files).open(files, {}));
  expect(episodes.map(({ length }) => length)).toEqual([2]);
});
