/** Adam against the paper's algorithm in double precision over 20 steps, and Polyak averaging, as programs run them. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { input } from "../tensor/operations.js";
import { compile } from "../tensor/program.js";
import type { Tensor } from "../tensor/tensor.js";
import { adam, adamState, adamStates, polyak } from "./adam.js";
import { declareParameters } from "./parameters.js";

const SIZE = 5;
const START = Float32Array.of(1, -2, 0.5, 0, 30);
const parameters = declareParameters("theta", [{ name: "theta/all", shape: [SIZE], initial: START }]);

/** Kingma and Ba 2015, algorithm 1, as it is printed. */
class PaperAdam {
  readonly theta = Float64Array.from(START);
  readonly m = new Float64Array(SIZE);
  readonly v = new Float64Array(SIZE);
  private t = 0;

  constructor(
    private readonly alpha: number,
    private readonly beta1: number,
    private readonly beta2: number,
    private readonly epsilon: number,
  ) {}

  step(gradient: ArrayLike<number>): void {
    this.t++;
    for (let i = 0; i < SIZE; i++) {
      this.m[i] = this.beta1 * this.m[i]! + (1 - this.beta1) * gradient[i]!;
      this.v[i] = this.beta2 * this.v[i]! + (1 - this.beta2) * gradient[i]! ** 2;
      const mHat = this.m[i]! / (1 - this.beta1 ** this.t);
      const vHat = this.v[i]! / (1 - this.beta2 ** this.t);
      this.theta[i]! -= (this.alpha * mHat) / (Math.sqrt(vHat) + this.epsilon);
    }
  }
}

describe("adam", () => {
  it.each([
    { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, learningRate: 3e-4 },
    { beta1: 0.5, beta2: 0.9, epsilon: 0.1, learningRate: 0.05 },
    { beta1: 0, beta2: 0.99, epsilon: 1e-3, learningRate: 0.01 },
  ])("follows the paper over 20 steps: %o", async ({ learningRate, ...settings }) => {
    const gradient = input("gradient", [SIZE]);
    const states = adamStates(parameters, adam(adamState(parameters), gradient, learningRate, settings));
    const program = await compile({ name: "adam", states }, { threads: 1 });
    const paper = new PaperAdam(learningRate, settings.beta1, settings.beta2, settings.epsilon);
    const random = new RandomStream(9);
    for (let i = 0; i < 20; i++) {
      random.fillNormal(program.inputs.gradient as Float32Array);
      program.inputs.gradient![3] = 0; // never a gradient: must not move
      program.inputs.gradient![4]! *= 1e-5; // small beside epsilon in one of the settings
      paper.step(program.inputs.gradient!);
      await program.run();
      program.commit();
      const theta = program.state("theta");
      // Per step the float32 factors are within 1e-4 of the exact ones; float32 itself resolves 2e-6 at 30.
      const tolerance = 1e-4 * learningRate * (i + 1);
      for (let j = 0; j < 4; j++)
        expect(Math.abs(theta[j]! - paper.theta[j]!)).toBeLessThan(tolerance + 1.5e-7 * (i + 1));
      expect(Math.abs(theta[4]! - paper.theta[4]!)).toBeLessThan(tolerance + 2e-6 * (i + 1));
    }
    expect(program.state("theta")[3]).toBe(0);
    expect(program.state("theta/steps")[0]).toBe(20);
    const [first, second] = [program.state("theta/firstMoment"), program.state("theta/secondMoment")];
    for (let j = 0; j < SIZE; j++) {
      expect((1 - settings.beta1) * first[j]!).toBeCloseTo(paper.m[j]!, 6);
      expect((1 - settings.beta2) * second[j]!).toBeCloseTo(paper.v[j]!, 6);
    }
    await program.release();
  });
});

describe("polyak", () => {
  const followed = (online: Tensor, tau: number) => [
    { current: parameters.flat, initial: START, next: polyak(parameters, online, tau) },
  ];

  it("moves the share tau of the way to the new online values", async () => {
    const online = input("online", [SIZE]);
    const program = await compile({ name: "polyak", states: followed(online, 0.25) }, { threads: 1 });
    program.inputs.online!.set([5, 2, 0.5, 8, 10]);
    await program.run();
    program.commit();
    expect([...program.state("theta")]).toEqual([2, -1, 0.5, 2, 25]);
    await program.release();
  });

  it.each([
    [0, [...START]],
    [1, [5, 2, 0.5, 8, 10]],
  ])("with tau %i ends at one of the two", async (tau, expected) => {
    const program = await compile({ name: "p", states: followed(input("online", [SIZE]), tau) });
    program.inputs.online!.set([5, 2, 0.5, 8, 10]);
    await program.run();
    expect([...program.computedState("theta")]).toEqual(expected);
    await program.release();
  });
});
