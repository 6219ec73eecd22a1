/**
 * Encoders against recordings from PyTorch (fixtures/golden/encoders.py): states, the gradients of every array, and the
 * random shift. And what the recordings do not hold: several pictures, and which networks a lent encoder learns from.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { evaluate, gradientsOf } from "../tensor/evaluate.fixture.js";
import { concat, constant, div, input, reshape, toFloat } from "../tensor/operations.js";
import { sizeOf } from "../tensor/tensor.js";
import { declareCritics, valuesOfActions } from "./critic.js";
import { type EncoderShape, lentEncoder, pictureEncoder, separateEncoders } from "./encoder.js";
import { declareParameters, memberRange } from "./parameters.js";
import { randomShift } from "./random-shift.js";

interface Recording {
  readonly encoder: EncoderShape["kind"];
  readonly trunk: number | null;
  readonly pictures: readonly number[];
  readonly others: readonly number[];
  readonly weights: readonly number[];
  /** How the numbers of an array are made, see `pattern`. */
  readonly parameters: Readonly<Record<string, { readonly scale: number; readonly shift: number }>>;
  readonly states: readonly number[];
  /** The norm, and every so many of the numbers. */
  readonly gradients: Readonly<
    Record<string, { readonly every: number; readonly values: number[]; readonly norm: number }>
  >;
}

const golden = JSON.parse(readFileSync("fixtures/golden/encoders.json", "utf8")) as {
  readonly shapes: Readonly<Record<"rows" | "height" | "width" | "channels" | "others", number>>;
  readonly encoders: readonly Recording[];
  readonly shift: { readonly most: number } & Readonly<Record<"pictures" | "noise" | "shifted", readonly number[]>>;
};
const { rows, height, width, channels, others } = golden.shapes;
const pictureShape = [height, width, channels] as const;
const observationSize = others + sizeOf(pictureShape);

/** Observations [rows, others | picture] from the program's inputs, as agents make them. */
function observations() {
  const picture = input("picture", [rows, ...pictureShape], "uint8");
  const bytes = div(toFloat(reshape(picture, [rows, sizeOf(pictureShape)])), 255);
  return concat([input("others", [rows, others]), bytes], 1);
}

/** scale·(((7919·i + 13) mod 1009)/1009 - 1/2) + shift, as the recordings' parameters were made. */
function pattern(length: number, { scale, shift }: { readonly scale: number; readonly shift: number }): Float32Array {
  return Float32Array.from({ length }, (_, i) => scale * (((7919 * i + 13) % 1009) / 1009 - 0.5) + shift);
}

/** The largest difference, relative to the largest number or to 1. */
function deviation(computed: ArrayLike<number>, expected: readonly number[]): number {
  expect(computed.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...expected.map((x, i) => Math.abs(x - computed[i]!))) / scale;
}

const shape = { observationSize, pictures: [{ start: others, shape: pictureShape }] };

describe("an encoder", () => {
  it.each(golden.encoders.map((r) => [`${r.encoder}, trunk ${r.trunk}`, r] as const))(
    "computes PyTorch's states and gradients: %s",
    async (_, recording) => {
      const encoder = pictureEncoder("net", { ...shape, kind: recording.encoder, trunk: recording.trunk });
      const parameters = declareParameters("net", encoder.parameters(new RandomStream(0)));
      const names = Object.keys(recording.parameters);
      expect(parameters.definitions.map(({ name }) => name)).toEqual(names.map((name) => `net/encoder/${name}`));
      const net = new Float32Array(parameters.initial.length);
      for (const name of names) {
        const [from, to] = memberRange(parameters, `net/encoder/${name}`);
        net.set(pattern(to - from, recording.parameters[name]!), from);
      }
      const given = { net, picture: recording.pictures, others: recording.others };
      const states = encoder.states(observations(), parameters.members);
      expect(states.shape).toEqual([rows, encoder.size]);
      const { value } = await evaluate({ value: states }, given);
      expect(deviation(value, recording.states)).toBeLessThan(1e-5);
      const weights = constant(Float32Array.from(recording.weights), states.shape);
      const members = names.map((name) => parameters.members.get(`net/encoder/${name}`)!);
      const computed = await gradientsOf(states, members, given, weights);
      names.forEach((name, i) => {
        const { every, values, norm } = recording.gradients[name]!;
        const found = computed[i]!.filter((_, k) => k % every === 0);
        expect(deviation(found, values), name).toBeLessThan(1e-4);
        expect(Math.abs(Math.hypot(...computed[i]!) - norm), name).toBeLessThan(1e-4 * Math.max(1, norm));
      });
    },
  );

  it("looks at several pictures, each with a stack of its own, and keeps the order of the columns", async () => {
    const pictures = [
      { start: 0, shape: [2, 3, 1] },
      { start: 8, shape: [3, 2, 2] },
    ] as const;
    const encoder = pictureEncoder("net", { kind: "impala-small", observationSize: 21, pictures, trunk: null });
    expect(encoder.size).toBe(32 + 2 + 32 + 1);
    const parameters = declareParameters("net", encoder.parameters(new RandomStream(1)));
    const x = input("x", [1, 21]);
    const values = (rows: number[]) =>
      evaluate({ states: encoder.states(x, parameters.members) }, { x: rows, net: parameters.initial });
    const row = Array.from({ length: 21 }, (_, i) => Math.sin(i));
    const { states } = await values(row);
    expect([...states.slice(32, 34), states[66]]).toEqual([row[6], row[7], row[20]].map((v) => Math.fround(v!)));
    const { states: other } = await values(row.with(8, 5));
    expect(other.slice(0, 34)).toEqual(states.slice(0, 34));
    expect(other.slice(34, 66)).not.toEqual(states.slice(34, 66));
  });

  it("gives one tensor for the same observations and numbers, and constants where it is lent", async () => {
    const encoder = pictureEncoder("net", { ...shape, kind: "small", trunk: 4 });
    const parameters = declareParameters("net", encoder.parameters(new RandomStream(1)));
    const seen = observations();
    expect(encoder.states(seen, new Map(parameters.members))).toBe(encoder.states(seen, parameters.members));
    const lent = lentEncoder(encoder, () => parameters);
    expect(lent.parameters(new RandomStream(1))).toEqual([]);
    const { pictures: picture, others: rest } = golden.encoders[0]!;
    const kernel = parameters.members.get("net/encoder/picture0/layer0/kernel")!;
    const given = { net: parameters.initial, picture, others: rest };
    const ones = constant(
      Float32Array.from({ length: 4 * rows }, (_, i) => Math.cos(i)),
      [rows, 4],
    );
    const [own] = await gradientsOf(encoder.states(seen, parameters.members), [kernel], given, ones);
    const [borrowed] = await gradientsOf(lent.states(seen, parameters.members), [kernel], given, ones);
    expect(Math.max(...own!.map(Math.abs))).toBeGreaterThan(1e-4);
    expect(borrowed!.every((value) => value === 0)).toBe(true);
  });
});

describe("critics with an encoder each", () => {
  const count = 3;
  const own = (i: number) => pictureEncoder(`critics/critic${i + 1}`, { ...shape, kind: "small", trunk: 4 });
  const encoder = separateEncoders(Array.from({ length: count }, (_, i) => own(i)));
  const critics = declareCritics(
    "critics",
    { observationSize, actionSize: 2, hidden: [7], count, encoder },
    new RandomStream(4),
  );
  const seen = observations();
  const actions = input("actions", [rows, 1, 2]);
  const values = valuesOfActions(critics, critics.states(seen), actions);
  const { pictures: picture, others: rest } = golden.encoders[0]!;
  const normal = (length: number, seed: number) => {
    const random = new RandomStream(seed);
    return Float32Array.from({ length }, () => random.normal());
  };
  const given = {
    critics: normal(critics.parameters.initial.length, 5),
    picture,
    others: rest,
    actions: normal(rows * 2, 6),
  };
  const range = (i: number, array: string) =>
    memberRange(critics.parameters, `critics/critic${i + 1}/encoder/${array}`);

  it("value what each of them sees, and learn from their own values alone", async () => {
    expect(critics.states(seen).shape).toEqual([count, rows, 4]);
    const before = await evaluate({ values }, given);
    const [from] = range(1, "picture0/layer0/kernel");
    const moved = given.critics.map((x, k) => (k >= from && k < from + 20 ? x + 0.1 : x));
    const after = await evaluate({ values }, { ...given, critics: moved });
    const changed = [...before.values].map((value, k) => value !== after.values[k]);
    expect(changed).toEqual([false, false, true, true, false, false]);
    const ofSecond = constant(Float32Array.of(0, 0, 1, 1, 0, 0), [count, rows]);
    const [gradient] = await gradientsOf(values, [critics.parameters.flat], given, ofSecond);
    const norms = [0, 1, 2].map((i) => Math.hypot(...gradient!.slice(...range(i, "trunk/kernel"))));
    expect(norms.map((norm) => norm > 1e-4)).toEqual([false, true, false]);
  });

  it("give the values of one encoder where all have its numbers", async () => {
    const one = pictureEncoder("critics", { ...shape, kind: "small", trunk: 4 });
    const sizes = { observationSize, actionSize: 2, hidden: [7], count, encoder: one };
    const shared = declareCritics("critics", sizes, new RandomStream(4));
    const ofShared = valuesOfActions(shared, shared.states(seen), actions);
    const perceptrons = range(0, "picture0/layer0/kernel")[0];
    const looking = shared.parameters.initial.length - perceptrons;
    const numbers = given.critics.slice(0, perceptrons + looking);
    const repeated = Float32Array.from(given.critics, (x, k) =>
      k < perceptrons ? x : numbers[perceptrons + ((k - perceptrons) % looking)]!,
    );
    const expected = await evaluate({ values: ofShared }, { ...given, critics: numbers });
    const computed = await evaluate({ values }, { ...given, critics: repeated });
    expect(deviation(computed.values, [...expected.values])).toBeLessThan(1e-6);
  });

  it("keep theirs where some of them are asked", async () => {
    const chosen = constant(Float32Array.of(0, 0, 1, 1, 0, 0), [2, count]);
    const [first, some] = [critics.first(1), critics.select(chosen)];
    const ofFirst = valuesOfActions(first, first.states(seen), actions);
    const ofSome = valuesOfActions(some, some.states(seen), actions);
    const all = await evaluate({ values, ofFirst, ofSome }, given);
    const [a, b] = [all.values.slice(0, rows), all.values.slice(2 * rows)];
    expect(deviation(all.ofFirst, [...a])).toBeLessThan(1e-6);
    expect(deviation(all.ofSome, [...b, ...a])).toBeLessThan(1e-6);
  });
});

describe("randomShift", () => {
  it("is NumPy's crop of the picture padded with its edge, for bytes and for floats", async () => {
    const { most, pictures, noise, shifted } = golden.shift;
    const places = input("noise", [rows, 2]);
    const bytes = toFloat(randomShift(input("pictures", [rows, ...pictureShape], "uint8"), places, most));
    const floats = randomShift(input("numbers", [rows, ...pictureShape]), places, most);
    const computed = await evaluate({ bytes, floats }, { pictures, numbers: pictures, noise });
    expect([...computed.bytes]).toEqual(shifted);
    expect([...computed.floats]).toEqual(shifted);
  });

  it("takes all shifts equally often", async () => {
    const draws = 5000;
    const noise = new Float32Array(2 * draws);
    new RandomStream(3).fillUniform(noise, -1, 1);
    const line = constant(
      Float32Array.from({ length: draws * 9 }, (_, i) => i % 9),
      [draws, 1, 9, 1],
    );
    const { moved } = await evaluate({ moved: randomShift(line, input("noise", [draws, 2]), 2) }, { noise });
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < draws; i++) counts[moved[9 * i + 4]! - 2]!++;
    // Each is binomial with mean 1,000 and deviation 28.
    for (const count of counts) expect(Math.abs(count - draws / 5)).toBeLessThan(5 * 28);
  });
});

describe("critics that look at pictures", () => {
  it.each([1, 4])("give every one of %i actions a state the values of the layer that is not taken apart", async (n) => {
    const encoder = pictureEncoder("critics", { ...shape, kind: "small", trunk: 6 });
    const sizes = { observationSize, actionSize: 2, hidden: [7, 5], count: 3, encoder, layerNorm: n > 1 };
    const critics = declareCritics("critics", sizes, new RandomStream(2));
    const seen = observations();
    const actions = input("actions", [rows, n, 2]);
    const states = critics.states(seen);
    const apart = valuesOfActions(critics, states, actions);
    const plain = { ...critics, encoder: { ...encoder, looks: false } };
    const whole = valuesOfActions(plain, states, actions);
    const random = new RandomStream(3);
    const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
    const { pictures: picture, others: rest } = golden.encoders[0]!;
    const given = {
      critics: normal(critics.parameters.initial.length),
      picture,
      others: rest,
      actions: normal(rows * n * 2),
    };
    const computed = await evaluate({ apart, whole }, given);
    expect(computed.apart.length).toBe(3 * rows * n);
    expect(deviation(computed.apart, [...computed.whole])).toBeLessThan(1e-5);
    const weights = constant(normal(apart.shape[0]! * apart.shape[1]!), apart.shape);
    const [one] = await gradientsOf(apart, [critics.parameters.flat], given, weights);
    const [other] = await gradientsOf(whole, [critics.parameters.flat], given, weights);
    expect(deviation(one!, other!)).toBeLessThan(1e-4);
  });
});
