/** The scripted expert does what it is there for; `npm run kitchen-experts` tries it more often. */
import { describe, expect, it } from "vitest";
import { allElements, taskElements } from "./elements.js";
import { tryExpert } from "./trial.js";

describe("the kitchen's expert", () => {
  it.each(allElements)("does the %s alone, without a second try", (element) => {
    const { counted, retries } = tryExpert([element], 11, 120);
    expect(counted.has(element)).toBe(true);
    expect(retries).toBe(0);
  });

  it.each(["kitchen-partial", "kitchen-mixed"] as const)("does the four elements of %s within 280 steps", (task) => {
    const { counted } = tryExpert(taskElements[task], 12, 280);
    expect([...counted.keys()]).toEqual(taskElements[task]); // in their order
  });

  it("lets go, backs off and tries again when it gets nowhere, or loses what it holds", () => {
    const held = tryExpert(["light switch"], 1, 160, (_, action, step) => {
      if (step < 45) action.fill(0); // somebody holds the arm
    });
    expect(held.retries).toBe(1);
    expect(held.counted.get("light switch")).toBeGreaterThan(80);
    const slipped = tryExpert(["light switch"], 1, 160, ({ physics }, _, step) => {
      if (step !== 33) return;
      physics.qpos[17] = 0; // out of the hand, and back where it was
      physics.qpos[7] = 0;
      physics.qpos[8] = 0;
    });
    expect(slipped.retries).toBeGreaterThan(0);
    expect(slipped.counted.has("light switch")).toBe(true);
  });
});
