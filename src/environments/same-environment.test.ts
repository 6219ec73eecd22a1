/** Environments of one name that are not of one kind: the run says in what they differ, and no policy is to blame. */
import { beforeEach, describe, expect, it } from "vitest";
import { readRun } from "../runs/read.js";
import { errorOf, newFolder, openEnvironments, registerLine, trainTiny } from "../runs/tiny-run.fixture.js";
import type { TrainSettings } from "../settings/configuration.js";
import { box, discrete, type Environment } from "./environment.js";
import { EnvironmentFailure } from "./environment-failure.js";
import { differenceFrom } from "./same-environment.js";

// Other files of the same worker leave environments open, those that hang for instance.
beforeEach(() => openEnvironments.clear());

const declared = { observationSpace: box(2, -1, 1), actionSpace: box(2, -1, 1), horizon: 10 };
const like = (changes: Partial<Environment>) => ({ ...declared, ...changes }) as Environment;

describe("the difference of two environments", () => {
  it.each<[Partial<Environment>, string]>([
    [{ observationSpace: box(3, -1, 1) }, "observationSpace.size is 3 instead of 2"],
    [{ observationSpace: undefined as never }, "observationSpace.size is undefined instead of 2"],
    [{ actionSpace: box(1, -1, 1) }, "actionSpace.size is 1 instead of 2"],
    [{ actionSpace: discrete(2) }, "actionSpace.kind is discrete instead of box"],
    [{ actionSpace: { ...box(2, -1, 1), high: Float32Array.of(1, 2) } }, "actionSpace.high[1] is 2 instead of 1"],
    [{ horizon: 20 }, "horizon is 20 instead of 10"],
  ])("is named: %j", (changes, words) => {
    expect(differenceFrom(like({}), like(changes))).toBe(`it is not like the first one of this run: its ${words}`);
  });

  it("is none where they are of one kind, whatever observations are bounded by", () => {
    expect(differenceFrom(like({}), like({ observationSpace: box(2, -5, 5) }))).toBeUndefined();
    expect(differenceFrom(like({ actionSpace: discrete(4) }), like({ actionSpace: discrete(4) }))).toBeUndefined();
    expect(differenceFrom(like({ actionSpace: discrete(4) }), like({ actionSpace: discrete(3) }))).toMatch(
      /actionSpace\.count is 3 instead of 4$/,
    );
  });
});

describe("a run ends, with a summary, where", () => {
  const wide = { observationSpace: box(3, -100, 100) };
  const strong = { actionSpace: box(2, -1, 1) };

  /** A line whose environment of the given number, as they are asked for, is another one. */
  function changing(name: string, at: number, changes: Partial<Environment>): string {
    return registerLine(name, {
      making: (make, asked) => (asked === at ? Object.assign(make(), changes) : make()),
      beforeStep: (steps) => {
        // Evaluations play 30 steps in each of theirs; this is in the fifth episode.
        if (steps === 43) throw new Error("the motor is hot");
      },
    });
  }

  async function failing(task: string, settings: TrainSettings) {
    const folder = newFolder();
    const error = await errorOf(trainTiny(task, settings, { folder }));
    expect(error).toBeInstanceOf(EnvironmentFailure);
    expect(error).toMatchObject({ exitCode: 1 });
    expect(readRun(folder).summary).toMatchObject({ status: "failed", reason: error.message });
    expect(openEnvironments.size).toBe(0);
    return error.message;
  }

  const next = "What was recorded before is kept; mend it";
  it.each([
    ["observes more", wide, "observationSpace.size is 3 instead of 2"],
    ["has more actions", strong, "actionSpace.size is 2 instead of 1"],
    ["lasts longer", { horizon: 20 }, "horizon is 20 instead of 10"],
  ])("the fresh environment after a dropped episode %s", async (what, changes, words) => {
    const task = changing(`line whose fourth ${what}`, 4, changes);
    const dropping = { onEnvironmentFailure: "drop-episode", onlineSteps: 60 } as const;
    expect(await failing(task, dropping)).toMatch(
      `The environment ${task} failed at step 3 of online episode 5: the motor is hot; and no fresh one could be made: it is not like the first one of this run: its ${words}. ${next}`,
    );
  });

  it.each([2, 3])("environment %d, to be measured in, is another one", async (at) => {
    const task = changing(`line of which number ${at} is strong`, at, strong);
    expect(await failing(task, {})).toMatch(
      `The environment ${task} could not be made: it is not like the first one of this run: its actionSpace.size is 2 instead of 1. Mend it;`,
    );
  });
});
