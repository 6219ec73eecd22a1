/** The README's words hold: its example is the file that runs here, and the docs are what the program prints. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { agentsPage } from "./cli/agents.js";
import { settingsTable } from "./cli/settings.js";
import { readRun } from "./runs/read.js";

const root = new URL("..", import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), "utf8");
const folder = process.cwd();

describe("the README", () => {
  afterEach(() => process.chdir(folder));

  it("shows the example that is run here, and it trains", async () => {
    const example = text("examples/quickstart.ts");
    expect(text("README.md")).toContain(`\`\`\`ts\n${example}\`\`\``);
    process.chdir(mkdtempSync(join(tmpdir(), "calql-readme-")));
    const printed: unknown[][] = [];
    vi.spyOn(console, "log").mockImplementation((...words) => printed.push(words));
    await import("../examples/quickstart.js");
    vi.restoreAllMocks();
    const run = readRun("runs/quickstart");
    expect(run.summary?.status).toBe("completed");
    expect(run.evaluations.at(-1)?.onlineSteps).toBeGreaterThanOrEqual(1_000);
    expect(printed.at(-1)).toEqual([expect.objectContaining({ successBefore: 0, regret: expect.any(Number) })]);
    expect(existsSync("runs/quickstart/policy.onnx")).toBe(true);
  });

  it("names only files that exist", () => {
    const links = [...text("README.md").matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(existsSync(new URL(link, root)), link).toBe(true);
  });
});

describe("pages that are printed from the declarations", () => {
  it.each([
    ["settings", settingsTable],
    ["agents", agentsPage],
  ])("docs/%s.md is what `calql %s` prints", (name, page) => {
    expect(text(`docs/${name}.md`)).toBe(page());
  });
});
