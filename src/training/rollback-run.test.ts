/** The net in whole runs: that it plays at the switch, catches, restores, and is the same in a run that was interrupted. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { lineData, registerLine, tiny } from "../runs/tiny-run.fixture.js";
import type { TrainSettings } from "../settings/configuration.js";
import { MemorySink } from "./memory-sink.js";
import { MixedReplay } from "./replay.js";
import { trainInMemory } from "./train-in-memory.js";

/** Called before every step of every environment. */
let beforeStep = () => {};
afterEach(() => {
  beforeStep = () => {};
  vi.restoreAllMocks();
});
/** What an episode returns depends most on its seed: some are far below any other. */
const reward = (_step: number, action: number, seed: number) => action / 10 - seed / 2 ** 31;
const task = registerLine("line with a net", { beforeStep: () => beforeStep(), reward, savable: true });
const dataset = lineData();
const settings = {
  ...{ ...tiny, task, onlineSteps: 80, evaluateEverySteps: 50, logEveryUpdates: 4, warmupSteps: 15 },
  ...{ actorLearningRate: 0.01, criticLearningRate: 0.01 },
} satisfies TrainSettings;
const caught = { below: 0.01, episodes: 1, restore: true, restores: 2 };

/** Two evaluations of two episodes of 10 steps, and the episode of the net, come before the first online step. */
const stepsBeforeOnline = 50;

async function run(rollback: TrainSettings["rollback"]): Promise<MemorySink> {
  return trainInMemory({ ...settings, rollback: rollback ?? null }, { dataset });
}

const fallsIn = ({ notices }: MemorySink) => notices.filter(({ kind }) => kind === "rollback");

/** All of a record that does not depend on the clock, but for what the net said. */
function contentOf({ metricsLines, evaluations, episodes, model, ending }: MemorySink) {
  const timeless = (lines: readonly object[]) => lines.map((line) => ({ ...line, seconds: 0 }));
  return { lines: [metricsLines, evaluations].map(timeless), episodes, model, updates: ending?.updates };
}

describe("a run with a net", () => {
  it("restores the agent as often as it may, and learns something else for it", async () => {
    const record = await run(caught);
    const said = fallsIn(record).map(({ notice }) => notice);
    expect(said.slice(0, 2).map((one) => one.match(/restored, \d of \d/)?.[0])).toEqual([
      "restored, 1 of 2",
      "restored, 2 of 2",
    ]);
    expect(contentOf(record).model).not.toEqual(contentOf(await run(null)).model);
  });

  it("says once in the run's notices that it cannot trigger", async () => {
    const silent = { below: 1, episodes: 100 };
    const stop = new AbortController();
    const others = { ...settings, onlineSteps: 0, rollback: silent };
    let steps = 0;
    beforeStep = () => {
      if (++steps === 5) stop.abort();
    };
    const record = new MemorySink();
    await trainInMemory(others, { dataset, record, signal: stop.signal });
    await trainInMemory(others, { dataset, record });
    expect(record.ending?.status).toBe("completed");
    const told = record.notices.filter(({ notice }) => notice.includes("can never trigger"));
    expect(told).toHaveLength(1);
    expect(told[0]!.kind).toBe("other");
  });

  it("reports every fall after the last restore as well", async () => {
    const record = await run({ ...caught, restores: 1 });
    const said = fallsIn(record).map(({ notice }) => notice);
    expect(said.slice(0, 2)).toEqual([
      expect.stringContaining("restored, 1 of 1."),
      expect.stringContaining("the run goes on as it is, because rollback.restores allows no more than 1."),
    ]);
  });

  it("looks at the episodes that were collected wholly after the warm-up", async () => {
    // Any episode is a fall. Two episodes of 10 steps begin within the warm-up of 15.
    const told = fallsIn(await run({ below: 1e-9, episodes: 2, restore: true, restores: 1 }));
    expect(told[0]!.onlineSteps).toBeGreaterThanOrEqual(40);
    const first = fallsIn(await run({ below: 1e-9, episodes: 1, restore: true, restores: 9 }))[0]!;
    expect(first.onlineSteps).toBeGreaterThanOrEqual(30);
  });

  it("compares with what the policy returned in episodes of the switch, which change nothing else", async () => {
    let steps = 0;
    beforeStep = () => {
      steps++;
    };
    const plain = await run(null);
    const without = steps;
    steps = 0;
    const watched = await run({ ...caught, restore: false });
    expect(steps - without).toBe(10);
    expect(fallsIn(watched).length).toBeGreaterThan(0);
    expect(contentOf(watched)).toEqual(contentOf(plain));
  });

  it.each([
    ["in its episode of the switch", stepsBeforeOnline - 5],
    ["in its first online episode", stepsBeforeOnline + 5],
    ["between its falls", 0],
    ["after its last fall", 1],
  ])("that was interrupted %s goes on as if it had not", async (_, at) => {
    const whole = await run(caught);
    const falls = fallsIn(whole);
    const fallAt = (which: number) => stepsBeforeOnline + 4 + falls[which]!.onlineSteps;
    const step = at < 2 ? fallAt(at) : at;
    const stop = new AbortController();
    let steps = 0;
    beforeStep = () => {
      if (++steps === step) stop.abort();
    };
    const record = new MemorySink();
    await trainInMemory({ ...settings, rollback: caught }, { dataset, record, signal: stop.signal });
    expect(record.ending?.status).toBe("interrupted");
    expect(fallsIn(record)).toHaveLength(at < 2 ? at + 1 : 0);
    await trainInMemory({ ...settings, rollback: caught }, { dataset, record });
    expect(contentOf(record)).toEqual(contentOf(whole));
    expect(fallsIn(record).map(({ notice }) => notice)).toEqual(falls.map(({ notice }) => notice));
  });
});

describe("a checkpoint without what the policy returned at the switch", () => {
  /** A run that was interrupted at this step of its environment, its newest checkpoint bare of that. */
  async function interruptedAt(step: number): Promise<MemorySink> {
    const [stop, record] = [new AbortController(), new MemorySink()];
    let steps = 0;
    beforeStep = () => {
      if (++steps === step) stop.abort();
    };
    await trainInMemory({ ...settings, rollback: caught }, { dataset, record, signal: stop.signal });
    const { state, ...others } = record.newest!;
    record.newest = { ...others, state: { ...state, rollback: undefined } };
    return record;
  }
  const resumed = (record: MemorySink) => trainInMemory({ ...settings, rollback: caught }, { dataset, record });

  it("is refused after an online episode: the policy of the switch can play no more", async () => {
    await expect(resumed(await interruptedAt(stepsBeforeOnline + 15))).rejects.toThrow(
      /^The checkpoint .* does not say what the policy returned at the switch, which rollback compares with; /,
    );
  });

  it("is taken in the first one: no update has been made since the switch", async () => {
    const record = await resumed(await interruptedAt(stepsBeforeOnline + 5));
    expect(record.ending?.status).toBe("completed");
    expect(contentOf(record)).toEqual(contentOf(await run(caught)));
  });
});

describe("a mixing ratio with a schedule", () => {
  it("is in force, and stands in every online line", async () => {
    const filled: number[] = [];
    const fill = vi.spyOn(MixedReplay.prototype, "fill").mockImplementation(function (this: MixedReplay, ...all) {
      filled.push(all[1]);
      return unspied.apply(this, all);
    });
    const schedule = { mixingRatio: 0.8, mixingRatioEnd: 0.4, mixingSteps: 10, warmupSteps: 0, logEveryUpdates: 1 };
    const { metricsLines } = await trainInMemory({ ...settings, ...schedule, onlineSteps: 20 }, { dataset });
    expect(fill).toHaveBeenCalledTimes(30);
    const expected = Array.from({ length: 20 }, (_, update) => 0.8 - 0.04 * Math.min(10, update));
    const online = metricsLines.filter(({ phase }) => phase === "online");
    expect(online).toHaveLength(20);
    for (const [i, ratio] of expected.entries()) {
      expect(online[i]!.metrics.mixingRatio).toBeCloseTo(ratio, 12);
      expect(filled[10 + i]).toBeCloseTo(ratio, 12);
    }
    expect(metricsLines.filter(({ phase }) => phase === "offline").some((l) => "mixingRatio" in l.metrics)).toBe(false);
    const constant = await trainInMemory({ ...settings, onlineSteps: 20 }, { dataset });
    expect(constant.metricsLines.some(({ metrics }) => "mixingRatio" in metrics)).toBe(false);
  });
});

describe("a schedule of the mixing ratio counts steps", () => {
  it.each([0.5, 2])("whatever the updates of each: %d", async (utdRatio) => {
    const schedule = { mixingRatio: 0.8, mixingRatioEnd: 0.4, mixingSteps: 10, warmupSteps: 0, logEveryUpdates: 1 };
    const { metricsLines } = await trainInMemory({ ...settings, ...schedule, utdRatio, onlineSteps: 20 }, { dataset });
    const ratios = metricsLines.flatMap(({ phase, metrics }) => (phase === "online" ? metrics.mixingRatio! : []));
    expect(ratios).toHaveLength(20 * utdRatio);
    for (const [update, ratio] of ratios.entries())
      expect(ratio).toBeCloseTo(0.8 - 0.04 * Math.min(10, Math.floor(update / utdRatio)), 12);
  });

  it("from the first update on, after a warm-up", async () => {
    const schedule = { mixingRatio: 0.8, mixingRatioEnd: 0.4, warmupSteps: 10, logEveryUpdates: 1 };
    const { metricsLines } = await trainInMemory({ ...settings, ...schedule, onlineSteps: 20 }, { dataset });
    const ratios = metricsLines.flatMap(({ phase, metrics }) => (phase === "online" ? metrics.mixingRatio! : []));
    expect(ratios).toHaveLength(10);
    for (const [update, ratio] of ratios.entries()) expect(ratio).toBeCloseTo(0.8 - 0.04 * update, 12);
  });
});

const unspied = MixedReplay.prototype.fill;
