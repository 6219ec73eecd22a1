/** What every sink of a run's record is held to: it keeps what it is given, and can be opened again where a snapshot was. */
import { describe, expect, it } from "vitest";
import type { Episode } from "../data/episode.js";
import { exampleEpisode } from "./ports.fixture.js";
import type { RunSink } from "./ports.js";
import type { EvaluationLine, MetricsLine, NoticeLine, RunSummary } from "./record.js";
import type { LoopState, Snapshot } from "./snapshot.js";

/** What a sink has kept, as it tells. */
export interface Kept {
  readonly metrics: readonly MetricsLine[];
  readonly evaluations: readonly EvaluationLine[];
  readonly notices: readonly NoticeLine[];
  readonly episodes: readonly Episode[];
  readonly newest: Snapshot;
  readonly best: Snapshot;
  readonly policy: Uint8Array;
  readonly summary: RunSummary;
}

/** A sink under test. */
export interface SinkUnderTest {
  readonly sink: RunSink;
  /** What was kept once everything was handed over. */
  readonly kept: () => Kept;
  /** Opens the record again at its newest snapshot, as a resumed run does. */
  readonly reopen: () => RunSink;
}

/** @param make a fresh one */
export function sinkSuite(name: string, make: () => SinkUnderTest): void {
  describe(`the sink ${name}`, () => {
    it("keeps all that it is given, in order, and snapshots as they were", () => {
      const { sink, kept } = make();
      record(sink, [1, 2]);
      const weights = Float32Array.of(1, 2, 3);
      sink.checkpoint({ state: stateAt(1), tensors: new Map([["agent/critics", weights]]) }, true);
      weights.fill(7);
      sink.checkpoint({ state: stateAt(2), tensors: new Map([["agent/critics", weights]]) }, false);
      end(sink, "completed");
      const found = kept();
      expectRecorded(found, [1, 2]);
      expect([found.best, found.newest].map(({ state }) => state.position.updates)).toEqual([1, 2]);
      const saved = [found.best, found.newest].map(({ tensors }) => [...tensors.get("agent/critics")!]);
      expect(saved).toEqual([
        [1, 2, 3],
        [7, 7, 7],
      ]);
      expect([...found.policy]).toEqual([8, 9]);
      expect(found.summary).toEqual({ status: "completed", ...numbers });
    });

    it("is opened again at its newest snapshot, without what came after that", () => {
      const { sink, kept, reopen } = make();
      record(sink, [1]);
      sink.checkpoint({ state: stateAt(1), tensors: new Map() }, true);
      record(sink, [2, 3]);
      end(sink, "failed");
      const again = reopen();
      record(again, [4]);
      again.checkpoint({ state: stateAt(4), tensors: new Map() }, false);
      end(again, "completed");
      const found = kept();
      expectRecorded(found, [1, 4]);
      expect([found.best, found.newest].map(({ state }) => state.position.updates)).toEqual([1, 4]);
      expect(found.summary.status).toBe("completed");
    });
  });
}

const placeAt = (updates: number) => ({ phase: "offline" as const, updates, onlineSteps: 0, seconds: updates / 10 });
const metricsAt = (updates: number) => ({ ...placeAt(updates), metrics: { criticLoss: updates / 4 } });
const noticeAt = (updates: number) => ({ ...placeAt(updates), kind: "other" as const, notice: "All is well." });
const evaluationAt = (updates: number) => {
  const result = { episodes: 2, successRate: 0.5, returnMean: 3, returnStandardDeviation: 1, lengthMean: 9 };
  return { ...placeAt(updates), ...result };
};
const episodeAt = (updates: number) => exampleEpisode(updates, 3 + updates);

/** Hands a line of each kind and an episode over for each of the updates. */
function record(sink: RunSink, updates: readonly number[]): void {
  for (const update of updates) {
    sink.metrics(metricsAt(update));
    sink.evaluation(evaluationAt(update));
    sink.notice(noticeAt(update));
    sink.episode(episodeAt(update));
  }
}

function end(sink: RunSink, status: RunSummary["status"]): void {
  sink.policy(Uint8Array.of(8, 9));
  sink.close();
  sink.summary({ status, ...numbers });
}

function expectRecorded({ metrics, evaluations, notices, episodes }: Kept, updates: readonly number[]): void {
  expect([metrics, evaluations, notices]).toEqual([
    updates.map(metricsAt),
    updates.map(evaluationAt),
    updates.map(noticeAt),
  ]);
  expect(episodes).toEqual(updates.map(episodeAt));
}

const numbers = {
  updates: 2,
  onlineSteps: 0,
  onlineEpisodes: 0,
  seconds: 1,
  checkpointSeconds: 0.5,
  offlineUpdatesPerSecond: 4,
  onlineUpdatesPerSecond: 0,
};

function stateAt(updates: number): LoopState {
  const spent = { updates, milliseconds: 1 };
  return {
    agent: "cal-ql",
    position: { phase: "offline", updates, onlineSteps: 0, onlineEpisodes: 0, onlineUpdates: 0 },
    offlineDraws: 0,
    streams: { sampling: [1, 2, 3, 4] },
    pace: { seconds: 1, checkpointSeconds: 0, spent: { offline: spent, online: spent } },
    means: { names: [], count: 0 },
    trajectory: null,
    failures: 0,
    rewards: null,
  };
}
