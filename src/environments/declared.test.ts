/** An environment that lacks something is told so where it is made, in a sentence that names the member. */
import { existsSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { errorOf, lineData, newFolder, registerLine, tiny, train } from "../runs/tiny-run.fixture.js";
import { dict, type Environment, pixels } from "./environment.js";
import { makeEnvironment, registerEnvironment } from "./registry.js";

let count = 0;
function registered(change: object): string {
  return registerLine(`incomplete-${++count}`, { making: (make) => Object.assign(make(), change) as Environment });
}

it.each<[object, RegExp]>([
  [
    { horizon: undefined },
    /has horizon undefined; it must be a whole number, at least 1: the most steps of an episode\.$/,
  ],
  [{ horizon: "10" }, /has horizon "10"; it must be a whole number/],
  [{ horizon: 0 }, /has horizon 0; it must be a whole number, at least 1/],
  [{ horizon: Number.POSITIVE_INFINITY }, /has horizon Infinity; it must be /],
  [
    { actionSpace: undefined },
    /has actionSpace undefined; it must be the space of its actions, such as box\(2, -1, 1\)/,
  ],
  [{ actionSpace: { kind: "discrete" } }, /has actionSpace \{"kind":"discrete"\}; it must be the space of its actions/],
  [{ observationSpace: 4 }, /has observationSpace 4; it must be the space of its observations, such as box\(4/],
  [{ step: undefined }, /has step undefined; it must be a method, called as step\(action\)\.$/],
  [{ reset: 1 }, /has reset 1; it must be a method/],
  [{ close: undefined }, /has close undefined; it must be a method/],
])("%o is refused by name", async (change, sentence) => {
  const name = registered(change);
  const error = await errorOf(makeEnvironment(name));
  expect([error.name, error.message]).toEqual(["UsageError", expect.stringMatching(sentence)]);
  expect(error.message).toContain(`The environment "${name}" has `);
});

it("all that is missing is named in one sentence", async () => {
  const name = registered({ close: undefined, horizon: 0 });
  expect((await errorOf(makeEnvironment(name))).message).toBe(
    `The environment "${name}" has horizon 0; it must be a whole number, at least 1: the most steps of an episode; it has close undefined; it must be a method, called as close().`,
  );
});

it("a factory that gives nothing is told so, by train as well, and nothing is written", async () => {
  registerEnvironment("nothing", () => undefined as unknown as Environment);
  const folder = newFolder();
  const error = await errorOf(train({ ...tiny, task: "nothing" }, { folder, dataset: lineData() }));
  expect(existsSync(folder)).toBe(false);
  expect(error.message).toMatch(/"nothing" gave undefined; return a fresh environment\.$/);
});

it("a reset that lacks something is refused with all of it before the run has a folder", async () => {
  const name = registered({ reset: () => ({ observation: [0, 0] }) });
  const folder = newFolder();
  const error = await errorOf(train({ ...tiny, task: name }, { folder, dataset: lineData() }));
  expect(error.name).toBe("UsageError");
  expect(error.message).toMatch(
    /the observation is .*, and info\.success is undefined .*; return a Float32Array .*, and tell in/,
  );
  expect(existsSync(folder)).toBe(false);
});

it("one that is refused is closed", async () => {
  const close = vi.fn();
  await errorOf(makeEnvironment(registered({ close, horizon: undefined })));
  expect(close).toHaveBeenCalledOnce();
});

it("takes every kind of space", async () => {
  const name = registered({ observationSpace: dict({ image: pixels(4, 4) }) });
  expect((await makeEnvironment(name)).observationSpace.kind).toBe("dict");
});
