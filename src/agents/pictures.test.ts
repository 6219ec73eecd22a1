/**
 * Every agent on pictures, alone and beside a vector: that it learns from them, acts and is exported with bytes, and that
 * pictures are shifted in updates alone.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { ObservationParts, VectorRows } from "../data/columns.js";
import { memberRange } from "../networks/parameters.js";
import { RandomStream } from "../random.js";
import { sizes, smallAgent, snapshot } from "./agent.fixture.js";
import type { Agent } from "./agent.js";
import {
  alone,
  batchFor,
  beside,
  hasCritics,
  image,
  looking,
  numbersOf,
  ONE,
  PIXELS,
  seen,
  updated,
} from "./pictures.fixture.js";
import { PolicyFile } from "./policy-file.js";
import { builtInAgents } from "./registry.js";

describe.each(builtInAgents)("%s", (name) => {
  it.each([
    ["alone", alone],
    ["beside a vector", beside],
  ] as const)("learns from pictures %s to finite numbers, the same bits for the same seed", async (_, parts) => {
    const [agent, again] = [await updated(await looking(name, parts)), await updated(await looking(name, parts))];
    for (const [metric, value] of Object.entries(agent.metrics)) expect(Number.isFinite(value), metric).toBe(true);
    expect(snapshot(again)).toEqual(snapshot(agent));
    const owner = hasCritics(name) ? agent.declared.critics!.parameters : agent.declared.policy.parameters;
    const kernel = `${owner.name}/encoder/${ONE}`;
    const [from, to] = memberRange(owner, kernel);
    const moved = numbersOf(agent, owner, kernel);
    expect(moved).not.toEqual(owner.initial.slice(from, to));
    await agent.release();
    await again.release();
  });

  it("acts on any number of rows, as its exported policy does on bytes", async () => {
    const agent = await updated(await looking(name, beside));
    const session = await InferenceSession.create(agent.exportPolicy(), { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(["observations", "observations/image"]);
    for (const count of [1, 7, 32]) {
      const given = seen(count, beside);
      const own = (await agent.act(given, { deterministic: true })).slice();
      const { actions } = await session.run({
        observations: new Tensor("float32", given.state!, [count, sizes.observationSize]),
        "observations/image": new Tensor("uint8", given.image, [count, ...image.shape]),
      });
      expect(actions!.dims).toEqual([count, agent.sizes.actionSize]);
      own.forEach((value, i) => {
        expect(Math.abs(value - (actions!.data as Float32Array)[i]!)).toBeLessThan(1e-6);
      });
      const values = await agent.values(given);
      expect(values?.length).toBe(hasCritics(name) ? count : undefined);
      const first = { state: given.state!.subarray(0, sizes.observationSize), image: given.image.subarray(0, PIXELS) };
      const kept = values?.[0];
      if (kept !== undefined) expect((await agent.values(first))![0]).toBeCloseTo(kept, 5);
    }
    await session.release();
    await agent.release();
  });

  it("shifts pictures in updates alone", async () => {
    const [still, moving] = [await looking(name, beside, { randomShift: 0 }), await looking(name, beside)];
    const given = seen(5, beside);
    const calm = (await still.act(given, { deterministic: true })).slice();
    expect(await moving.act(given, { deterministic: true })).toEqual(calm);
    const shifts = (agent: Agent) =>
      [...agent.declared.noise.declared.keys()].filter((noise) => noise.startsWith("shift"));
    expect(shifts(still)).toEqual([]);
    expect(shifts(moving)).toEqual(["shift/observations", "shift/nextObservations"]);
    await updated(still);
    await updated(moving);
    const [learner] = moving.stateNames.filter((state) => /^(critics|actor)$/.test(state));
    expect(moving.state(learner!)).not.toEqual(still.state(learner!));
    await still.release();
    await moving.release();
  });
});

describe("floats where bytes are expected, or a missing part", () => {
  it("is refused by updates, by acting and by the exported policy, and changes nothing", async () => {
    const agent = await looking("bc", beside);
    const batch = batchFor(agent, 1) as unknown as Record<string, Float32Array | Uint8Array>;
    const before = snapshot(agent);
    const learn = (image?: Float32Array) => agent.update({ ...batch, "observations/image": image } as never);
    const floats = Float32Array.from(batch["observations/image"]!, (byte) => byte / 255);
    await expect(learn(floats)).rejects.toThrow(
      "The batch's observations/image is a Float32Array; give a Uint8Array of bytes, 0 to 255.",
    );
    await expect(learn()).rejects.toThrow("The batch has no observations/image, from which bc learns; give it too.");
    expect(snapshot(agent)).toEqual(before);
    const { state, image: picture } = seen(1, beside);
    const file = await PolicyFile.load(agent.exportPolicy(), "pixels.onnx");
    const wrong = [
      { state: state!, image: Float32Array.from(picture) },
      { state: state! },
      { state: state!, image: picture.slice(3) },
    ];
    const sentences = [
      "The observations' image is a Float32Array; give a Uint8Array of bytes, 0 to 255.",
      "Cannot act on no numbers of image: give rows of 126, the observation's size.",
      "Cannot act on 123 numbers of image: give rows of 126, the observation's size.",
    ];
    for (const [i, given] of wrong.entries()) {
      await expect(agent.act(given as never, { deterministic: true })).rejects.toThrow(sentences[i]!);
      await expect(file.act(given as never)).rejects.toThrow(
        "The policy pixels.onnx takes observations that are state float32 [3], image uint8 [7, 6, 3];",
      );
    }
    await Promise.all([agent.release(), file.release()]);
  });
});

/** Pictures with a square somewhere, and the place of it as actions in [-0.8, 0.8], the reward being the first of them. */
function squares(rows: number, random: RandomStream): VectorRows {
  const [side, square] = [32, 6];
  const picture = new Uint8Array(rows * side * side);
  const actions = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const places = [random.integer(side - square), random.integer(side - square)] as const;
    for (let i = 0; i < square; i++)
      picture.fill(
        255,
        (row * side + places[0] + i) * side + places[1],
        (row * side + places[0] + i) * side + places[1] + square,
      );
    places.forEach((place, k) => {
      actions[2 * row + k] = (1.6 * place) / (side - square - 1) - 0.8;
    });
  }
  const rewards = actions.filter((_, i) => i % 2 === 0);
  const numbers = { rewards, terminated: rewards.map(() => 1), returnsToGo: rewards };
  const pictures = { "observations/image": picture, "nextObservations/image": picture };
  return { ...pictures, ...numbers, actions, nextActions: actions } as unknown as VectorRows;
}

describe("an agent that must look", () => {
  // The mean square of an action is 0.23; TD3+BC's policy sees only what its critics' encoder finds.
  it.each([
    ["bc", { cloningLoss: "mse" }],
    ["bc", { cloningLoss: "mse", encoder: "small-embedded" }],
    ["td3-bc", { bcAlpha: 0.2, actorDelay: 1, criticLearningRate: 1e-3 }],
  ] as const)("%s finds a square in the picture", async (name, own) => {
    const observations: ObservationParts = { image: { type: "uint8", shape: [32, 32, 1] } };
    const settings = { batchSize: 32, randomShift: 0, actorLearningRate: 1e-3, ...own };
    const agent = await smallAgent(name, { ...settings, actorHidden: [64] }, { observationSize: 1024, observations });
    const random = new RandomStream(1);
    for (let i = 0; i < 120; i++) await agent.update(squares(32, random));
    const { actions, ...rows } = squares(64, random);
    const found = await agent.act({ image: rows["observations/image"]! }, { deterministic: true });
    const error = found.reduce((total, action, i) => total + (action - actions[i]!) ** 2, 0) / found.length;
    expect(error).toBeLessThan(0.02);
    await agent.release();
  });
});
