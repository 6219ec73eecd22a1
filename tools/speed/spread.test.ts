/** The median of odd and even counts, whatever their order. */
import { expect, it } from "vitest";
import { spreadOf, spreadText } from "./spread.js";

it.each([
  [[3, 1, 2], 2, "2.0 (1.0-3.0)"],
  [[4, 10, 2, 1], 3, "3.0 (1.0-10.0)"],
  [[7], 7, "7.0 (7.0-7.0)"],
])("of %j is %d: %s", (values, median, text) => {
  expect(spreadOf(values).median).toBe(median);
  expect(spreadText(spreadOf(values), 1)).toBe(text);
});
