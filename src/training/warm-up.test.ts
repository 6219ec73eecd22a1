/** Who plays which online episode, told by what the script alone does: the same action in every step. */
import { describe, expect, it } from "vitest";
import { lineData, registerLine, tiny } from "../runs/tiny-run.fixture.js";
import type { TrainSettings } from "../settings/configuration.js";
import { MemorySink } from "./memory-sink.js";
import { trainInMemory } from "./train-in-memory.js";

const script = 0.625;
/** Aborted before this step of the task, where one is given. */
let stopAt = { step: Number.POSITIVE_INFINITY, stop: new AbortController() };
let steps = 0;
const beforeStep = () => {
  if (++steps === stopAt.step) stopAt.stop.abort();
};
const task = registerLine("line with a script", { script, beforeStep, savable: true });
const dataset = lineData();
const settings = { ...tiny, task, onlineSteps: 60, warmupSteps: 35, warmupActions: "scripted" } satisfies TrainSettings;

const byScript = ({ episodes }: MemorySink) =>
  episodes.map(({ actions }) => actions.every((action) => action === script));

describe("a scripted warm-up", () => {
  it("plays the task's script and the policy in turns, and the policy alone after it", async () => {
    const record = await trainInMemory(settings, { dataset });
    expect(byScript(record)).toEqual([true, false, true, false, false, false]);
    expect(record.ending?.updates).toBe(10 + 60 - 35); // none is learned from before the warm-up's end
  });

  it("goes on in the middle of the script's episode as if it had not been interrupted", async () => {
    const whole = await trainInMemory(settings, { dataset });
    // Two evaluations of two episodes of ten steps come first; the third episode is the script's.
    [steps, stopAt] = [0, { step: 40 + 25, stop: new AbortController() }];
    const record = new MemorySink();
    await trainInMemory(settings, { dataset, record, signal: stopAt.stop.signal });
    expect(record.ending).toMatchObject({ status: "interrupted", onlineEpisodes: 2 });
    const resumed = await trainInMemory(settings, { dataset, record });
    expect(byScript(resumed)).toEqual(byScript(whole));
    expect(resumed.model).toEqual(whole.model);
  });

  it("is refused where the task has no script", async () => {
    const without = registerLine("line without a script");
    await expect(trainInMemory({ ...settings, task: without }, { dataset })).rejects.toThrow(
      "The warm-up of line without a script is to be scripted, and the task has no script (scriptedAction of an environment); give warmupActions policy or random.",
    );
  });
});
