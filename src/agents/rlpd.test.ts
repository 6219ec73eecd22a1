/** RLPD's own: the entropy that its temperature aims at is minus half of the action's size, unless it is given. */
import { expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { randomBatch, sizes, stir, withAgent } from "./agent.fixture.js";

it.each([
  [{}, -sizes.actionSize / 2],
  [{ targetEntropy: -3 }, -3],
])("the temperature's loss with %j aims at %d", async (settings, target) => {
  await withAgent("rlpd", { ...settings, criticSteps: 2 }, async (agent) => {
    stir(agent);
    agent.state("logAlpha").fill(-0.7);
    const { temperatureLoss, logPiMean } = await agent.update(randomBatch(new RandomStream(1), 12));
    expect(temperatureLoss).toBeCloseTo(0.7 * (logPiMean! + target), 5);
  });
});
