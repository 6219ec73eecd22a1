/** What a collection says of the data that it made. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { calql } from "./command-line.fixture.js";

const place = mkdtempSync(join(tmpdir(), "calql-collect-"));
const at = (name: string) => join(place, name);
afterAll(() => rmSync(place, { recursive: true, force: true }));

it("knows the bounds of the actions that it made, and says the noise that --help says", async () => {
  const { out } = await calql("data", "collect", "corridor-exit", "--out", at("corridor.hdf5"), "--episodes", "3");
  expect(out).toMatch(/actions +0\.0 % of the values beyond \[-1, 1\]\n/);
  expect(out).toContain("straight to the goal, noise 0.05, seed 0");
  const maze = ["pointmaze-umaze", "--out", at("usual.hdf5"), "--episodes", "2"];
  expect((await calql("data", "collect", ...maze)).out).toContain("noise 0.5,");
  const help = (await calql("data", "collect", "--help")).out.replace(/\s+/g, " ");
  expect(help).toContain(
    "(default: 0.5; ant mazes: 0.2; corridor-exit: 0.05; pick-place and kitchens: 0.1; kitchen-complete: 0.03)",
  );
});
