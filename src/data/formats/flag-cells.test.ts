/** What counts as a flag in a cell. */
import { expect, test } from "vitest";
import { flagOf } from "./flag-cells.js";

test("flags are read as logs, CSV files and databases write them, and nothing else is one", () => {
  for (const cell of [true, 1, "true", "Yes", " T ", "y", "1"]) expect(flagOf(cell), String(cell)).toBe(1);
  for (const cell of [false, 0, "false", "No", "f", "n", "0", "", " "]) expect(flagOf(cell), String(cell)).toBe(0);
  for (const cell of [null, undefined, 2, 0.5, -1, "2", "nothing", "yes!", {}]) expect(flagOf(cell)).toBeUndefined();
});
