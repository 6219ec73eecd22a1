/** The deterministic policy: tanh of its perceptron, and noise that stays inside the box. */
import { expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate } from "../tensor/evaluate.fixture.js";
import { input } from "../tensor/operations.js";
import { deterministicPolicy } from "./deterministic.js";
import { perceptron, perceptronSize } from "./perceptron.fixture.js";

it("acts with tanh of the perceptron, and explores with clipped noise of its deviation", async () => {
  const sizes = [3, 6, 2];
  const shape = { observationSize: 3, actionSize: 2, hidden: [6], explorationNoise: 0.25 };
  const policy = deterministicPolicy("actor", shape, new RandomStream(1));
  const actor = new Float32Array(perceptronSize(sizes));
  const observations = new Float32Array(6);
  new RandomStream(2).fillNormal(actor);
  new RandomStream(3).fillNormal(observations);
  const noise = [1, -2, 8, -8];
  const rows = input("observations", [2, 3]);
  const outputs = {
    actions: policy.outputs(rows, policy.parameters.members).actions!,
    explored: policy.act(rows, input("noise", [2, 2])),
    still: policy.act(rows, input("none", [2, 2])),
  };
  const given = await evaluate(outputs, { observations, actor, noise, none: [0, 0, 0, 0] });
  const plain = perceptron(actor, sizes, [[...observations.slice(0, 3)], [...observations.slice(3)]]).flat();
  plain.map(Math.tanh).forEach((action, i) => {
    expect(given.actions[i]).toBeCloseTo(action, 5);
    expect(given.explored[i]).toBeCloseTo(Math.min(Math.max(action + 0.25 * noise[i]!, -1), 1), 5);
  });
  expect([...given.still]).toEqual([...given.actions]);
  expect([given.explored[2], given.explored[3]]).toEqual([1, -1]);
});
