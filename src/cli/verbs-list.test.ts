/** The list of verbs says of each what its own file says, though that is not loaded. */
import { Command, Help } from "commander";
import { expect, it } from "vitest";
import { calql } from "./command-line.fixture.js";
import { verbs } from "./verbs.js";

it.each(verbs)("$name takes $takes", async ({ name, takes, load }) => {
  const command = new Command(name);
  (await load())(command);
  expect(new Help().subcommandTerm(command)).toBe(`${name} ${takes}`.trim());
});

it.each(verbs)("--out of $name names what it makes", async ({ name, load }) => {
  const command = new Command(name);
  (await load())(command);
  const outs = [command, ...command.commands].flatMap(({ options }) => options.filter(({ long }) => long === "--out"));
  for (const { description } of outs) expect(description).toMatch(/^(folder to make|file to write)/);
});

it("the help shows every verb with what it takes and its sentence", async () => {
  const { out, code } = await calql("--help");
  expect(code).toBe(0);
  const lines = out.replace(/\n {10,}/g, " ");
  for (const { name, takes, description } of verbs)
    expect(lines).toMatch(
      new RegExp(
        `\n {2}${`${name} ${takes}`.trim().replace(/[[\].]/g, "\\$&")} +${description.slice(0, 30).replace(/[().]/g, "\\$&")}`,
      ),
    );
  expect(out).toMatch(/\nFor maintainers of calql:\n {2}replay-crash /);
});
