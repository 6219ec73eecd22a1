/** Whatever can be imported from the package says in a comment what it is for. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { expect, it } from "vitest";

const here = new URL(".", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, here), "utf8");

/** The exports of an entry file that are there at run time, with the files that declare them. */
function valuesOf(entry: string): (readonly [name: string, file: string])[] {
  const statements = [...read(entry).matchAll(/^export \{([^}]*)\} from "([^"]*)\.js";$/gm)];
  return statements.flatMap(([, names, file]) =>
    names!
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type "))
      .map((name) => [name, join(dirname(entry), `${file}.ts`)] as const),
  );
}

const declaration = (name: string) =>
  new RegExp(`^export (?:async )?(?:function|const|class)\\*? ${name}\\b|^export \\{[^}]*\\b${name}\\b`, "m");

const doors = ["agents/index.ts", "environments/index.ts", "networks/index.ts", "tensor/index.ts"];
const entries = ["index.ts", "environments/exports.ts", ...doors];

it.each(entries.flatMap(valuesOf))("%s has a doc comment in %s", (name, file) => {
  const text = read(file);
  const at = text.search(declaration(name));
  expect(at).toBeGreaterThan(-1);
  expect(text.slice(0, at)).toMatch(/\*\/\n$/);
});
