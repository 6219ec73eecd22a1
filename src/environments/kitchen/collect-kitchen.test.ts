/** The data of the kitchen tasks: which elements its episodes do, how they are labelled, and that they repeat. */
import { describe, expect, it } from "vitest";
import { countSteps } from "../../data/episode.js";
import { RandomStream } from "../../random.js";
import { collectTask, ownDataOf } from "../collect-task.js";
import { drawElements, KitchenPlayer } from "./collect-kitchen.js";
import { type Element, isComplete, type KitchenTaskName, taskElements } from "./elements.js";

const order = [
  ...["microwave", "kettle", "bottom burner", "top burner", "light switch", "hinge cabinet", "slide cabinet"],
] as const;

function drawn(task: KitchenTaskName, episodes: number): (readonly Element[])[] {
  const random = new RandomStream(1, "test");
  return Array.from({ length: episodes }, (_, episode) => drawElements[task](episode, random));
}

const isOf = (task: KitchenTaskName) => (elements: readonly Element[]) => elements.join() === taskElements[task].join();

describe("the elements of episodes", () => {
  it("are the task's in complete, in one of ten in partial, and never in mixed", () => {
    expect(drawn("kitchen-complete", 20).every(isOf("kitchen-complete"))).toBe(true);
    expect(drawn("kitchen-partial", 1000).filter(isOf("kitchen-partial")).length).toBe(100);
    expect(drawn("kitchen-mixed", 1000).filter(isOf("kitchen-mixed")).length).toBe(0);
  });

  it.each(["kitchen-partial", "kitchen-mixed"] as const)("of %s are all other sets of four, about as often", (task) => {
    const others = drawn(task, 1700).filter((elements) => !isOf(task)(elements));
    const counts = new Map<string, number>();
    for (const elements of others) {
      const places = elements.map((element) => order.indexOf(element));
      expect(places).toEqual([...places].sort());
      counts.set(elements.join(), (counts.get(elements.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(34); // of 35
    for (const count of counts.values()) expect(Math.abs(count / (others.length / 34) - 1)).toBeLessThan(0.5);
  });
});

describe("collected data of the kitchen", () => {
  it("have D4RL's sizes by default", () => {
    const steps = (Object.keys(taskElements) as KitchenTaskName[]).map((task) => ownDataOf(task));
    const noise = [0.03, 0.1, 0.1];
    expect(steps).toEqual([3680, 136950, 136950].map((count, i) => ({ noise: noise[i], seed: 0, steps: count })));
  });

  it("are labelled with the elements that are complete, and repeat to the bit", async () => {
    const collect = () => collectTask({ task: "kitchen-complete", steps: 75, seed: 2, noise: 0.02 });
    const [one, same] = [await collect(), await collect()];
    expect(same).toEqual(one);
    expect(countSteps(one)).toBe(75);
    const { observations, rewards, terminated, truncated, length } = one.episodes[0]!;
    for (let row = 0; row < length; row++) {
      const joints = observations.state!.subarray(60 * (row + 1), 60 * (row + 1) + 30);
      const done = taskElements["kitchen-complete"].filter((element) => isComplete(element, joints)).length;
      expect(rewards[row]).toBe(done);
    }
    expect(Math.max(...rewards)).toBe(1); // the microwave
    expect([terminated.includes(1), truncated]).toEqual([false, true]);
    expect(one.source).toMatch(/^kitchen-complete, scripted, noise 0\.02, seed 2: 1 episode, by elements .* 1: 1, /);
  });

  it("are the same, whoever plays how many of the episodes, and are cut where the steps end", async () => {
    const settings = { task: "kitchen-mixed?horizon=30", seed: 3, steps: 100 };
    const startPlayers = () =>
      [0, 1].map(() => new KitchenPlayer({ ...settings, task: "kitchen-mixed", options: { horizon: 30 } }));
    const alone = await collectTask(settings);
    expect(alone.episodes.map(({ length }) => length)).toEqual([30, 30, 30, 10]);
    expect(alone.episodes[0]!.actions).not.toEqual(alone.episodes[1]!.actions);
    expect(await collectTask({ ...settings, startPlayers })).toEqual(alone);
  });

  it("end with what is complete when the collection is stopped", async () => {
    const stop = new AbortController();
    stop.abort();
    const { episodes } = await collectTask({ task: "kitchen-mixed", steps: 50, seed: 0, signal: stop.signal });
    expect(episodes).toEqual([]);
  });

  it("refuse noise below 0 and options that no kitchen has", async () => {
    const mixed = { task: "kitchen-mixed", steps: 1, seed: 0 };
    await expect(collectTask({ ...mixed, noise: -1 })).rejects.toThrow("noise of the collection is -1");
    await expect(collectTask({ ...mixed, task: "kitchen-mixed?gaol=1" })).rejects.toThrow("gaol");
  });
});
