/** Pictures in a replay: each is in memory once, and comes out of it as what was seen before and after the same step. */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { createBatch, type ObservationParts, transitionColumns } from "./columns.js";
import { type Episode, packEpisode } from "./episode.js";
import { Replay } from "./replay.js";
import { toTransitions } from "./transitions.js";

const parts: ObservationParts = {
  state: { type: "float32", shape: [1] },
  image: { type: "uint8", shape: [2, 1, 3] },
};
const columns = transitionColumns(parts, 1);

/** An episode in whose pictures and states every number is that of the frame. */
function numbered(first: number, length: number): Episode {
  const frames = Array.from({ length: length + 1 }, (_, i) => ({
    state: Float32Array.of(first + i),
    image: new Uint8Array(6).fill(first + i),
  }));
  const actions = Array.from({ length }, () => new Float32Array(1));
  return packEpisode(frames, actions, Array<number>(length).fill(0), false);
}

const replayOf = () => new Replay({ observations: parts, actionSize: 1, requiresReturnToGo: false });

function expectFramesOf(replay: Replay, draws: number): Set<number> {
  const batch = createBatch(draws, columns);
  replay.sampleInto(batch, 0, draws, new RandomStream(1));
  const { observations, nextObservations } = batch.rows;
  const [before, after] = [batch.rows["observations/image"]!, batch.rows["nextObservations/image"]!];
  for (let i = 0; i < draws; i++) {
    expect(nextObservations[i]).toBe(observations[i]! + 1);
    expect([...before.subarray(6 * i, 6 * i + 6)]).toEqual(Array(6).fill(observations[i]));
    expect([...after.subarray(6 * i, 6 * i + 6)]).toEqual(Array(6).fill(nextObservations[i]));
  }
  return new Set(observations);
}

describe("pictures in a replay", () => {
  it("are those before and after each step, of several episodes appended together and one by one", () => {
    const replay = replayOf();
    replay.append(toTransitions([numbered(10, 3), numbered(20, 2)]));
    replay.append(toTransitions([numbered(30, 4)]), 1, 3);
    expect(replay.length).toBe(7);
    expect(expectFramesOf(replay, 400)).toEqual(new Set([10, 11, 12, 20, 21, 31, 32]));
  });

  it("give way to others", () => {
    const replay = replayOf();
    replay.append(toTransitions([numbered(10, 4)]));
    replay.replace(1, toTransitions([numbered(40, 3)]), 1, 3);
    expect(expectFramesOf(replay, 200)).toEqual(new Set([10, 41, 42, 13]));
  });

  it("may come as rows of their own, and are missed where they do not come", () => {
    const replay = replayOf();
    const { views, ...made } = toTransitions([numbered(10, 2)]);
    expect(() => replay.append(made)).toThrow("2 transitions come with 0 values of observations/image where 12");
    const image = (first: number) => Uint8Array.from({ length: 12 }, (_, i) => first + Math.floor(i / 6));
    const rows = { ...made.rows, "observations/image": image(10), "nextObservations/image": image(11) };
    replay.append({ ...made, rows });
    expect(expectFramesOf(replay, 50)).toEqual(new Set([10, 11]));
    expect(Object.keys(views!)).toEqual(["observations/image", "nextObservations/image"]);
  });

  it("take no memory beside their episodes", () => {
    const side = 1000;
    const large = { image: { type: "uint8", shape: [side, side, 1] } } as const;
    const episode = {
      ...numbered(0, 20),
      observations: { image: new Uint8Array(21 * side * side) },
    };
    const replay = new Replay({ observations: large, actionSize: 1, requiresReturnToGo: false });
    const before = process.memoryUsage().arrayBuffers;
    replay.append(toTransitions([episode]));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(side * side);
    expect(replay.length).toBe(20);
  });
});
