/** A mistake in the words of a tool is answered with one sentence and exit code 2, before anything is done. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tool } from "./tools.fixture.js";

const home = process.cwd();
const place = mkdtempSync(join(tmpdir(), "calql-tools-"));

beforeAll(() => {
  process.chdir(place);
  writeFileSync("plain.json", '{"hello": 1}');
  writeFileSync("broken.json", '{"hello":\n');
  writeFileSync("empty-shapes.json", '{"algorithm":"sac","hyperparameters":{},"shapes":{"batch":0}}');
  writeFileSync("no-returns.json", '{"cases": []}');
  writeFileSync("text.bits", "these are no tensors");
});
afterAll(() => {
  process.chdir(home);
  rmSync(place, { recursive: true });
});

const wholeNumber = /^The flag --[a-z]+ is "(?:no|0|1\.5)"; give a whole number(?:, at least 1)?\.$/;

const mistakes: readonly (readonly [line: string, sentence: RegExp])[] = [
  ["chaoss", /has no verb "chaoss"\. Did you mean "chaos"\? Known: parity, bench, /],
  ["parity", /parity needs at least one of its files; name it\. See node build\/tools\/main\.js parity --help\.$/],
  ["parity missing.json", /^The recording missing\.json cannot be read: there is no such file\. Give a JSON file\.$/],
  ["parity broken.json", /^The recording broken\.json cannot be read: .*JSON/],
  [
    "parity plain.json",
    /^plain\.json is not a recording of updates: at "algorithm", it must be text; give a recording/,
  ],
  ["parity empty-shapes.json", /at "shapes\.batch", it must be at least 1; give a recording/],
  [
    "parity no-returns.json",
    /^no-returns\.json is not a recording of returns-to-go: at "cases", it must have at least 1 entry; give a recording/,
  ],
  [
    "bench antmace",
    /^Unknown benchmark "antmace"\. Did you mean "antmaze"\? Known: (?:[a-z0-9-]+, ){7}[a-z0-9-]+ and \d+ more\.$/,
  ],
  ["bench sac --updates no", wholeNumber],
  ["bench sac --threads 0", /^The flag --threads is "0"; give a whole number, at least 1 and at most 1024\.$/],
  ["bench --update 3", /bench has no flag --update\. Did you mean --updates\?/],
  ["doors --runs 0", wholeNumber],
  ["doors", /\/dist\/index\.js; run npm run build in .* first\.$/],
  ["compare-speed", /compare-speed needs a checkout; name it\./],
  ["compare-speed . --turns no", wholeNumber],
  ["compare-speed .", /holds no dist\/index\.js; run npm run build in it first\.$/],
  ["chaos --agent calql", /^Unknown case "calql"\. Did you mean "cal-ql"\?/],
  ["chaos --kills 0", wholeNumber],
  ["chaos --seed 1.5", wholeNumber],
  ["endurance --updates no", wholeNumber],
  ["check-cost --seconds no", wholeNumber],
  ["same-bits --updates 1,no", wholeNumber],
  ["same-bits --compare missing", /^missing cannot be read: there is no such file\. Name a file that --save wrote\.$/],
  ["same-bits --compare text.bits", /^text\.bits is damaged or was not written by same-bits; name a file/],
];

describe("a mistake in the words of a tool", () => {
  it.each(mistakes)("%s", async (line, sentence) => {
    const before = readdirSync(".");
    const { code, out, error } = await tool(...line.split(" "));
    expect(error).toMatch(/^error: [^\n]+\n$/);
    expect(error.slice("error: ".length, -1)).toMatch(sentence);
    expect(error).not.toMatch(/undefined|\[object|Invalid input/);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(readdirSync(".")).toEqual(before);
  });
});

it("help is no mistake", async () => {
  const { code, out, error } = await tool("same-bits", "--help");
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(out).toMatch(/--compare <file>/);
});
