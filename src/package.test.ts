/** What is packed for a registry: every link of its pages leads to a file in the package. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path/posix";
import { expect, it } from "vitest";
import { root } from "./cli/built.fixture.js";

const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
  cwd: root,
  encoding: "utf8",
});
const [packed] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
const files = new Set(packed.files.map(({ path }) => path));
const folders = new Set(
  [...files].flatMap((file) => file.split("/").map((_, i, parts) => parts.slice(0, i).join("/"))),
);

it("pages link only to what is packed with them", () => {
  const pages = [...files].filter((file) => file.endsWith(".md"));
  expect(pages).toContain("docs/results.md");
  const links = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(
      ([, path]) => [page, normalize(join(page, "..", path!)).replace(/\/$/, "")] as const,
    ),
  );
  expect(links.length).toBeGreaterThan(40);
  expect(links.filter(([, target]) => !files.has(target) && !folders.has(target))).toEqual([]);
});

/** Whether a path of the repository, perhaps with * or {one,other} in its last part, leads to something. */
function leadsSomewhere(path: string): boolean {
  const pattern = basename(path)
    .replace(/[.*]/g, (sign) => (sign === "*" ? ".*" : "\\."))
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(?:${names.replaceAll(",", "|")})`);
  const folder = join(root, dirname(path));
  return existsSync(folder) && readdirSync(folder).some((name) => new RegExp(`^${pattern}$`).test(name));
}

it("the notice names paths of the repository", () => {
  const paths = readFileSync(join(root, "NOTICE"), "utf8").match(/\b(?:src|fixtures)(?:\/[\w.*{},-]*[\w}])+/g)!;
  expect(paths.length).toBeGreaterThan(6);
  expect(paths.filter((path) => !leadsSomewhere(path))).toEqual([]);
});

it("tests are left out", () => {
  expect([...files].filter((file) => /\.(?:test|fixture)\./.test(file))).toEqual([]);
});
