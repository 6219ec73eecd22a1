/** Everything that can be imported from the package, values and types, has a doc comment: at each of its entry points. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { expect, it } from "vitest";

const here = new URL(".", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, here), "utf8");

const { exports } = JSON.parse(read("../package.json")) as { exports: Record<string, string | { default: string }> };
/** The files of src/ behind the package's entry points. */
const entries = Object.values(exports).flatMap((entry) =>
  typeof entry === "string" ? [] : [entry.default.replace(/^\.\/dist\/(.*)\.js$/, "$1.ts")],
);

type Export = readonly [name: string, file: string];

/** What an entry file exports, with the files that declare it; what it passes on whole is followed. */
function exportsOf(entry: string): readonly Export[] {
  const fileOf = (path: string) => join(dirname(entry), `${path}.ts`);
  const statements = [...read(entry).matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]*)\.js";$/gm)];
  const named = statements.flatMap(([, names, path]) =>
    names!
      .split(",")
      .map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => name !== "")
      .map((name): Export => [name, fileOf(path!)]),
  );
  const whole = [...read(entry).matchAll(/^export \* from "([^"]*)\.js";$/gm)];
  return [...named, ...whole.flatMap(([, path]) => exportsOf(fileOf(path!)))];
}

/** The file that declares a name, where another one only passes it on. */
function declaringFile(name: string, file: string): string {
  const found = exportsOf(file).find(([passedOn]) => passedOn === name);
  return found === undefined ? file : declaringFile(...found);
}

const declaration = (name: string) =>
  new RegExp(
    `^export (?:async )?(?:function|const|class|interface|type)\\*? ${name}\\b|^export (?:type )?\\{[^}]*\\b${name}\\b`,
    "m",
  );

it("the package has six entry points", () => {
  expect(entries).toHaveLength(6);
});

const all = entries.flatMap(exportsOf).map(([name, file]): Export => [name, declaringFile(name, file)]);
const once = [...new Map(all.map((one) => [one.join(" "), one])).values()];

it.each(once)("%s has a doc comment in %s", (name, file) => {
  const text = read(file);
  const at = text.search(declaration(name));
  expect(at).toBeGreaterThan(-1);
  expect(text.slice(0, at)).toMatch(/\*\/\n$/);
});
