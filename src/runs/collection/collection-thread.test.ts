/** Collections whose episodes are played by threads, of the built program: the same data as from one thread, in any number. */
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { builtProgram } from "../../cli/built.fixture.js";
import { countSteps } from "../../data/episode.js";
import { collectTask } from "../../environments/collect-task.js";
import { playersFor } from "./collection-thread.js";

const program = builtProgram();
const entry = join(program.place, "dist", "runs", "collection", "worker.js");
afterAll(() => program.remove());

describe("threads of a collection", () => {
  it("give the data of one thread, to the bit, an episode that is cut short included", async () => {
    const settings = { task: "kitchen-complete", steps: 300, seed: 4 };
    const here = await collectTask(settings);
    expect([countSteps(here), here.episodes.length]).toEqual([300, 2]);
    const started: number[] = [];
    const startPlayers: ReturnType<typeof playersFor> = (...asked) => {
      const players = playersFor({ entry, cores: 3 })(...asked);
      started.push(players?.length ?? 0);
      return players;
    };
    expect(await collectTask({ ...settings, startPlayers })).toEqual(here);
    expect(started).toEqual([2]);
  });

  it("are not started for one episode, on one core, or where they are not built", () => {
    const settings = { task: "kitchen-complete", steps: 300, seed: 4 };
    expect(playersFor({ entry, cores: 3 })(settings, 1)).toBeUndefined();
    expect(playersFor({ entry, cores: 1 })(settings, 9)).toBeUndefined();
    expect(playersFor({ entry: `${entry}.not`, cores: 3 })(settings, 9)).toBeUndefined();
  });

  it("that end are one sentence", async () => {
    const startPlayers = playersFor({ entry: join(program.place, "package.json"), cores: 2 });
    await expect(collectTask({ task: "kitchen-complete", steps: 300, seed: 4, startPlayers })).rejects.toThrow(
      /^A thread of the collection is lost: .*\. Collect again\.$/,
    );
  });
});
