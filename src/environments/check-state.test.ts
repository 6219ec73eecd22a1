/**
 * What the check finds in environments that save their state: those that continue from it as they should, and those that
 * forget, share or invent a part of it.
 */
import { describe, expect, it } from "vitest";
import { checkEnvironment } from "./check.js";
import { type Drift, spoilt } from "./drift.fixture.js";
import type { Environment } from "./environment.js";
import { makeEnvironment } from "./registry.js";

/** All that a drift's future follows from. */
const stateOf = (drift: Drift) =>
  Float64Array.of(drift.position, drift.steps, Number(drift.ended), ...drift.random.state());

function setState(drift: Drift, state: Float64Array): void {
  if (state.length !== 7) throw new Error("wrong length");
  const [position, steps, ended, ...random] = [...state];
  Object.assign(drift, { position, steps, ended: ended === 1 });
  drift.random.restore(random);
}

/** A drift that saves its state; `change` may spoil how. */
function savedDrift(change: (drift: Drift) => object = () => ({})): Drift {
  return spoilt((drift) => ({
    saveState: () => stateOf(drift),
    restoreState: (state: Float64Array) => setState(drift, state),
    ...change(drift),
  }));
}

const saveEverything = "save everything that what follows depends on: physics, goal, clock and random stream";

/** Drifts that do not continue as they should from a saved state, and what is said of them. */
const unsaved: [string, Environment, string][] = [
  [
    "states that cannot be restored",
    savedDrift(() => ({ restoreState: undefined })),
    "drift: only one of saveState and restoreState is there; offer both or neither.",
  ],
  [
    "a random stream that is not restored",
    savedDrift((drift) => ({
      restoreState: (state: Float64Array) =>
        setState(drift, Float64Array.of(...state.slice(0, 3), ...state.slice(3).map(() => 7))),
    })),
    `drift: the same actions led elsewhere after restoreState(); ${saveEverything}.`,
  ],
  [
    "a clock that is not restored",
    savedDrift((drift) => ({
      restoreState: (state: Float64Array) => {
        const { steps } = drift;
        setState(drift, state);
        drift.steps = Math.min(steps, 5);
      },
    })),
    `drift: the same actions led elsewhere after restoreState(); ${saveEverything}.`,
  ],
  [
    "a state that changes when another is saved",
    savedDrift((drift) => {
      const shared = new Float64Array(7);
      return {
        saveState: () => {
          shared.set(stateOf(drift));
          return shared;
        },
      };
    }),
    `drift: the same actions led elsewhere after restoreState(); ${saveEverything}.`,
  ],
  [
    "a state of any length being taken",
    savedDrift((drift) => ({ restoreState: (state: Float64Array) => setState(drift, state.slice(0, 7)) })),
    "drift: restoreState() took a state of the wrong length; throw a UsageError there.",
  ],
];

describe("checkEnvironment, of saved states,", () => {
  it("continues built-in environments from saved states, in a fresh environment too", async () => {
    for (const name of ["pointmaze-umaze", "antmaze-umaze", "gridworld-cliff"]) {
      const [environment, another] = await Promise.all(
        [0, 1].map(() => makeEnvironment(name, { horizon: 30, start: "diverse" })),
      );
      // Without it the check below would find nothing to say.
      expect(environment!.saveState).toBeTypeOf("function");
      expect(await checkEnvironment(environment!, { another: another!, seed: 5 })).toEqual([]);
      for (const each of [environment!, another!]) each.close();
    }
  });

  it.each(unsaved)("finds %s", async (_, environment, sentence) => {
    expect(await checkEnvironment(environment, { another: savedDrift() })).toEqual([sentence]);
  });

  it("finds a state that another environment cannot continue from", async () => {
    const kept = new Map<number, Float64Array>();
    const change = (drift: Drift) => ({
      saveState: () => {
        kept.set(kept.size, stateOf(drift));
        return Float64Array.of(kept.size - 1);
      },
      restoreState: (state: Float64Array) => setState(drift, kept.get(state[0]!) ?? new Float64Array()),
    });
    const another = spoilt((drift) => ({ ...change(drift), restoreState: () => setState(drift, stateOf(drift)) }));
    expect(await checkEnvironment(spoilt(change), { another })).toEqual([
      `drift: the same actions led elsewhere after restoreState() of a second environment; ${saveEverything}.`,
    ]);
  });
});
