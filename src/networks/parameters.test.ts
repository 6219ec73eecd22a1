/** A network's numbers in one flat state: members are where they are declared, and gradients come back in that order. */
import { describe, expect, it } from "vitest";
import { evaluate } from "../tensor/evaluate.fixture.js";
import { add, matmul, mul, square, sum } from "../tensor/operations.js";
import { declareParameters, declareScalar, frozenMembers, gradientVector, member, memberRange } from "./parameters.js";

const definitions = [
  { name: "net/kernel", shape: [2, 3], initial: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: "net/bias", shape: [3], initial: Float32Array.of(7, 8, 9) },
  { name: "net/scale", shape: [], initial: Float32Array.of(10) },
];
const parameters = declareParameters("net", definitions);

describe("parameters", () => {
  it("lie one after the other in the flat vector", async () => {
    expect([...parameters.initial]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(memberRange(parameters, "net/bias")).toEqual([6, 9]);
    const members = Object.fromEntries(definitions.map(({ name }) => [name, mul(member(parameters, name), 1)]));
    const values = await evaluate(members, { net: parameters.initial });
    for (const { name, initial, shape } of definitions) {
      expect(values[name]).toEqual(initial);
      expect(member(parameters, name).shape).toEqual(shape);
      expect(member(parameters, name).label).toBe(name);
    }
  });

  it("get their gradients in the same order, zeros where the loss does not reach", async () => {
    const loss = add(sum(square(member(parameters, "net/kernel"))), mul(member(parameters, "net/scale"), 3));
    const { gradient } = await evaluate({ gradient: gradientVector(loss, parameters) }, { net: parameters.initial });
    expect([...gradient]).toEqual([2, 4, 6, 8, 10, 12, 0, 0, 0, 3]);
  });

  it("can be frozen with other values", async () => {
    const members = frozenMembers([parameters], () => Float32Array.of(1, 0, 0, 0, 1, 0, 5, 6, 7, 0));
    const product = add(matmul(members.get("net/kernel")!, members.get("net/kernel")!, true), members.get("net/bias")!);
    const { result } = await evaluate({ result: product });
    expect([...result]).toEqual([6, 6, 7, 5, 7, 7, 5, 6, 7]);
  });

  it("of one number are a state of size 1", () => {
    const scalar = declareScalar("logAlpha", -0.5);
    expect([scalar.flat.shape, [...scalar.initial]]).toEqual([[1], [-0.5]]);
    expect(member(scalar, "logAlpha/value").shape).toEqual([]);
  });

  it("are listed when an unknown one is asked for", () => {
    expect(() => member(parameters, "net/kernal")).toThrow(
      'There is no parameter "net/kernal" among net/kernel, net/bias, net/scale.',
    );
    expect(() => memberRange(parameters, "bias")).toThrow('"net" has no member "bias".');
  });
});
