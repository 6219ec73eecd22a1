/**
 * The chaos tool as it is run: it finds no fault in this program, and finds one in a program whose checkpoints lack
 * something.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { builtInAgents } from "../../src/agents/registry.js";
import { builtTools } from "../../src/cli/built.fixture.js";
import { resumePositions } from "./resume-position.js";
import { chaosCases } from "./run-settings.js";

const { place, remove } = builtTools();
afterAll(remove);

function chaos(...words: string[]): Promise<{ readonly code: number | null; readonly out: string }> {
  const child = spawn(process.execPath, [join(place, "dist", "tools", "main.js"), "chaos", ...words], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out })));
}

/** The program without one of its words, while `use` goes on. */
async function broken(file: string, word: string, use: () => Promise<void>): Promise<void> {
  const path = join(place, "dist", "src", file);
  const text = readFileSync(path, "utf8");
  expect(text.split(word)).toHaveLength(2);
  writeFileSync(path, text.replace(word, ""));
  try {
    await use();
  } finally {
    writeFileSync(path, text);
  }
}

describe("npm run chaos", () => {
  it("has a case for every agent", () => {
    const names = chaosCases.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...builtInAgents]));
  });

  it("counts kills and resumes, and finds no run that differs", async () => {
    const { code, out } = await chaos("--kills", "3", "--agent", "cal-ql-sac", "--seed", "2");
    expect(out).toMatch(/^agent +kills +SIGINT\/TERM +resumes +runs +damaged +mismatches +offline +switch/);
    const cells = out.split("\n")[1]!.split(/ {2,}/);
    expect([cells[0], cells[1], cells[6]]).toEqual(["cal-ql-sac", "3", "0"]);
    const [title, resumes] = out.slice(out.indexOf("resumed from")).split("\n");
    expect(title!.split(/ {2,}/)).toEqual(["resumed from", ...resumePositions]);
    const from = resumes!.split(/ {2,}/).slice(1);
    expect(from.reduce((total, count) => total + Number(count), 0)).toBe(Number(cells[3]));
    expect(code).toBe(0);
  });

  it("finds a generator that is not saved", () =>
    broken("agents/agent.js", ", exploration: this.exploration", async () => {
      const { code, out } = await chaos("--kills", "6", "--agent", "cal-ql", "--jobs", "1");
      expect(out).toMatch(/^cal-ql: .*run-\d+ differs in final, /m);
      expect(code).toBe(1);
    }));
});
