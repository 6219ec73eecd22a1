/** The README's words hold: its example is the file that runs here, and the docs are what the program prints. */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
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
    expect(run.evaluations.at(-1)?.onlineSteps).toBeGreaterThanOrEqual(500);
    expect(printed.at(-1)).toEqual([expect.objectContaining({ successBefore: 0, regret: expect.any(Number) })]);
    expect(existsSync("runs/quickstart/policy.onnx")).toBe(true);
  });
});

it("no example of a program in the README takes the paper's million updates", () => {
  const programs = [...text("README.md").matchAll(/^```ts\n(.*?)^```/gms)].map(([, program]) => program!);
  const trains = programs.filter((program) => /\btrain(InMemory)?\(/.test(program));
  expect(trains.length).toBeGreaterThanOrEqual(2);
  for (const program of trains) expect(program).toContain('preset: "laptop"');
});

it("docs/own-agent.md shows the example that is run by tests, in 60 lines at most", () => {
  const example = text("examples/my-agent.mjs");
  expect(text("docs/own-agent.md")).toContain(`\`\`\`js\n${example}\`\`\``);
  expect(example.trimEnd().split("\n").length).toBeLessThanOrEqual(60);
});

const pages = [
  "README.md",
  ...readdirSync(new URL("docs/", root))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

describe("the pages", () => {
  it("link only to files that exist, and to headings that are there", () => {
    const links = pages.flatMap((page) =>
      [...text(page).matchAll(/\]\(([^)#:\s]*)(?:#([^)]+))?\)/g)].map(([, path, heading]) => ({
        page,
        path: path!,
        heading,
      })),
    );
    expect(links.length).toBeGreaterThan(40);
    for (const { page, path, heading } of links) {
      const target = path === "" ? new URL(page, root) : new URL(path, new URL(page, root));
      expect(existsSync(target), `${page}: ${path}`).toBe(true);
      if (heading === undefined) continue;
      const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, words]) => anchorOf(words!));
      expect(headings, `${page}: ${path}`).toContain(heading);
    }
  });
});

/** How GitHub names a heading in links. */
function anchorOf(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

describe("pages that are printed from the declarations", () => {
  it.each([
    ["settings", settingsTable],
    ["agents", agentsPage],
  ])("docs/%s.md is what `calql %s` prints", (name, page) => {
    expect(text(`docs/${name}.md`)).toBe(page());
  });
});
