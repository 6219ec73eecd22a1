import { describe, expect, it } from "vitest";
import { countOfChoices, withActionCount } from "./discrete-actions.js";

describe("how many actions there are to choose from", () => {
  it("is refused for vectors, also where the reader took the caller's number", () => {
    for (const discreteActions of [undefined, 2])
      expect(() => withActionCount({ source: "onehot.h5", actionSize: 3, discreteActions }, 2)).toThrow(
        /^The actions of onehot\.h5 are vectors of 3 numbers/,
      );
  });

  it("is taken where the data do not say it, and must be theirs where they do", () => {
    const choices = { source: "x", actionSize: 1 };
    expect(withActionCount(choices, 4)).toEqual({ ...choices, discreteActions: 4 });
    expect(withActionCount({ ...choices, discreteActions: 4 }, 4)).toEqual({ ...choices, discreteActions: 4 });
    expect(() => withActionCount({ ...choices, discreteActions: 4 }, 3)).toThrow("a choice among 4, not 3");
  });

  it("must be told of actions without a second axis", () => {
    expect(countOfChoices([5], 3, '"x"')).toBe(3);
    expect(countOfChoices([5, 1], 3, '"x"')).toBeUndefined();
    expect(() => countOfChoices([5], undefined, '"x": "acts"')).toThrow(
      /^"x": "acts" has one number a row.*--discrete-/,
    );
  });
});
