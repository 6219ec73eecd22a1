/**
 * What every implementation of the loop's ports is held to, whatever stands behind it: memory, a disk, an environment
 * that answers at once or one that answers later. A test file hands its implementations to these suites; that of sinks is
 * in sink.fixture.ts.
 */
import { afterEach, describe, expect, it } from "vitest";
import { createBatch, transitionColumns, vectorParts } from "../data/columns.js";
import { type Episode, stateOf } from "../data/episode.js";
import { randomEpisode } from "../data/example-data.fixture.js";
import { RandomStream } from "../random.js";
import type { Collector, CollectorState, Evaluation, Evaluator, Policy, Replay } from "./ports.js";

const sizes = { observationSize: 2, actionSize: 1 };

/** Episodes of the shape that all suites use: 2 numbers observed, 1 acted. */
export function exampleEpisode(seed: number, length: number): Episode {
  return randomEpisode(new RandomStream(seed, "ports"), length, sizes, "clock");
}

/** A policy whose action is a share of the first number that it sees. */
export const halving: Policy = {
  act: async (observations) => {
    const rows = observations instanceof Float32Array ? observations : stateOf(observations);
    return Float32Array.from({ length: rows.length / 2 }, (_, i) => rows[2 * i]! / 2);
  },
};

/**
 * A collector of an environment with 2 observed numbers, 1 action and at most 10 steps an episode.
 * @param make a fresh one, with the same seeds each time
 * @param capturable whether it can be captured within an episode
 */
export function collectorSuite(name: string, make: () => Promise<Collector>, capturable: boolean): void {
  describe(`the collector ${name}`, () => {
    it("gives whole episodes, one after the other, with the actions that the policy gave", async () => {
      const collector = await make();
      const [first, second] = [await collector.next(halving, () => {}), await collector.next(halving, () => {})];
      expect(first).not.toEqual(second);
      for (const { length, observations, actions, rewards, terminated } of [first, second]) {
        const state = stateOf(observations);
        expect([state.length, actions.length, rewards.length, terminated.length]).toEqual([
          2 * (length + 1),
          length,
          length,
          length,
        ]);
        expect([...actions]).toEqual(Array.from({ length }, (_, t) => Math.fround(state[2 * t]! / 2)));
      }
    });

    it("gives the same episodes again to the same policy", async () => {
      const episode = async () => (await make()).next(halving, () => {});
      expect(await episode()).toEqual(await episode());
    });

    it.runIf(capturable)("resumes in the middle of an episode where it was captured", async () => {
      const collector = await make();
      let captured: CollectorState | undefined;
      let steps = 0;
      const whole = await collector.next(halving, () => {
        if (++steps === 4) captured = collector.capture!();
      });
      expect(captured).toMatchObject({ episodes: 0, failures: 0, episode: { steps: 4 } });
      const other = await make();
      await other.restore!(captured!, "captured");
      expect(await other.next(halving, () => {})).toEqual(whole);
      expect(other.capture!()).toMatchObject({ episodes: 1, episode: null });
    });
  });
}

/**
 * A replay with recorded transitions.
 * @param make a fresh one; draws come from the stream
 * @param recordedSteps how many recorded transitions it has
 */
export function replaySuite(
  name: string,
  make: (random: RandomStream) => Promise<Replay>,
  recordedSteps: number,
): void {
  describe(`the replay ${name}`, () => {
    const columns = transitionColumns(vectorParts(2), 1);
    const filled = async (ratio: number, parts: number, collected?: Episode) => {
      const replay = await make(new RandomStream(7, "sampling"));
      const rewards = collected && replay.add(collected);
      const batch = createBatch(64, columns);
      replay.fill(batch, ratio, parts);
      return { batch, rewards, replay };
    };

    it("fills a batch with recorded transitions alone while nothing was collected", async () => {
      const { batch } = await filled(0.5, 1);
      expect(new Set(batch.rows.observations).size).toBeGreaterThan(Math.min(recordedSteps, 32));
      expect(batch.rows.returnsToGo.every(Number.isFinite)).toBe(true);
    });

    it("mixes recorded and collected ones by the ratio, in every part", async () => {
      const collected = { ...exampleEpisode(3, 5), rewards: new Float32Array(5).fill(9) };
      const { batch, rewards } = await filled(0.25, 2, collected);
      const isCollected = Array.from(batch.rows.rewards, (reward) => reward === rewards![0]);
      const part = [...new Array(8).fill(false), ...new Array(24).fill(true)];
      expect(isCollected).toEqual([...part, ...part]);
    });

    it("draws the same again from the same stream", async () => {
      const [one, other] = [await filled(1, 1), await filled(1, 1)];
      expect(other.batch.rows).toEqual(one.batch.rows);
    });

    it("goes on where another one was", async () => {
      const [random, later] = [new RandomStream(7, "sampling"), new RandomStream(0)];
      const batch = () => createBatch(64, columns);
      const replay = await make(random);
      for (let i = 0; i < 5; i++) replay.fill(batch(), 1, 1);
      later.restore(random.state());
      const resumed = await make(later);
      resumed.skipTo(replay.draws);
      const [expected, found] = [batch(), batch()];
      replay.fill(expected, 1, 1);
      resumed.fill(found, 1, 1);
      expect(found.rows).toEqual(expected.rows);
      expect(resumed.draws).toBe(replay.draws);
    });
  });
}

/**
 * What is known of every evaluation: shares are shares, and an estimate has an interval around it and no played episodes.
 */
function checkEvaluation({ episodes, successRate, returnMean, lengthMean, estimate }: Evaluation): void {
  expect(episodes).toBeGreaterThan(0);
  expect(Number.isFinite(returnMean)).toBe(true);
  expect(successRate ?? 0).toBeGreaterThanOrEqual(0);
  expect(successRate ?? 0).toBeLessThanOrEqual(1);
  expect(lengthMean === undefined).toBe(estimate !== undefined);
  if (!estimate) return;
  expect(successRate).toBeUndefined();
  expect(estimate.low).toBeLessThan(returnMean);
  expect(estimate.high).toBeGreaterThan(returnMean);
  expect(Number.isFinite(estimate.logged)).toBe(true);
}

/** @param make an evaluator, the same each time, in which `halving` earns the same each time, and what ends it afterwards */
export function evaluatorSuite(
  name: string,
  make: () => Promise<{ readonly evaluator: Evaluator; readonly close: () => unknown }>,
): void {
  describe(`the evaluator ${name}`, () => {
    const open: (() => unknown)[] = [];
    afterEach(async () => {
      for (const close of open.splice(0)) await close();
    });

    it("says the same of the same policy every time, and something else of another", async () => {
      const { evaluator, close } = await make();
      open.push(close);
      const first = await evaluator.evaluate(halving);
      expect(await evaluator.evaluate(halving)).toEqual(first);
      checkEvaluation(first);
      const still: Policy = { act: async (rows) => new Float32Array((await halving.act(rows, deterministic)).length) };
      expect((await evaluator.evaluate(still)).returnMean).not.toBe(first.returnMean);
    });

    it("says it whatever was evaluated before, as a run that is resumed needs it", async () => {
      const [one, other] = [await make(), await make()];
      open.push(one.close, other.close);
      const backwards: Policy = {
        act: async (rows) => (await halving.act(rows, deterministic)).map((action) => -action),
      };
      await one.evaluator.evaluate(backwards);
      expect(await one.evaluator.evaluate(halving)).toEqual(await other.evaluator.evaluate(halving));
    });
  });
}

const deterministic = { deterministic: true };
