/** The ports of the loop on a disk: a run folder, and recorded data that are larger than memory. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { vectorParts } from "../data/columns.js";
import type { Episode } from "../data/episode.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { Replay } from "../data/replay.js";
import { convertDataset } from "../data/storage/convert-dataset.js";
import { openDataset } from "../data/storage/open-dataset.js";
import { dataOpened } from "../training/learning-data.js";
import { replaySuite } from "../training/ports.fixture.js";
import { MixedReplay } from "../training/replay.js";
import { sinkSuite } from "../training/sink.fixture.js";
import { EpisodeLog } from "./checkpoints/episode-log.js";
import { CheckpointStore, type FoundCheckpoint } from "./checkpoints/store.js";
import { FolderSink } from "./folder-sink.js";
import { readRun } from "./read.js";
import { runFiles } from "./record.js";
import { config } from "./run-config.fixture.js";
import { parseSavedRun } from "./saved-run.js";
import { writeDataset } from "./task-data.js";
import { RunWriter } from "./write.js";

const place = mkdtempSync(join(tmpdir(), "calql-ports-"));
afterAll(() => rmSync(place, { recursive: true }));
let count = 0;

const shapes = { observations: vectorParts(2), actionSize: 1 };

sinkSuite("of a run folder", () => {
  const folder = join(place, `run-${count++}`);
  const writer = RunWriter.create(folder, config);
  const store = new CheckpointStore(folder);
  const identity = { settings: {}, data: "none" };
  const sink = new FolderSink({ writer, store, identity });
  sink.episodes = EpisodeLog.create(folder);
  const snapshotIn = ({ manifest, tensors, path }: FoundCheckpoint) => ({
    state: parseSavedRun(manifest, path),
    tensors,
  });
  const newestSaved = () =>
    store.newest(
      (found) => ({ saved: parseSavedRun(found.manifest, found.path), ...snapshotIn(found) }),
      () => {},
    );
  const kept = () => {
    const { metrics, evaluations, notices, summary } = readRun(folder);
    const newest = newestSaved();
    const episodes: Episode[] = [];
    EpisodeLog.reopen(folder, newest.saved.episodes, shapes, (episode) => episodes.push(episode)).close();
    const policy = readFileSync(join(folder, runFiles.policy));
    return {
      metrics,
      evaluations,
      notices,
      episodes,
      newest,
      best: store.best(snapshotIn)!,
      policy,
      summary: summary!,
    };
  };
  const reopen = () => {
    const { lines, episodes } = newestSaved().saved;
    const again = new FolderSink({ writer: RunWriter.reopen(folder, lines), store, identity });
    again.episodes = EpisodeLog.reopen(folder, episodes, shapes, () => {});
    return again;
  };
  return { sink, kept, reopen };
});

// 60,000 transitions of 36 bytes are more than the megabyte that they may take.
const steps = 60_000;
replaySuite(
  "of data on a disk that are larger than memory",
  async (random) => {
    const own = join(place, `data-${count++}.calql`);
    const d4rl = `${own}.hdf5`;
    const lengths = new Array<number>(600).fill(steps / 600);
    await writeDataset(d4rl, randomDataset(1, lengths, { observationSize: 2, actionSize: 1 }));
    await convertDataset(d4rl, own);
    const transitions = { returns: { discount: 0.9 } };
    const data = await dataOpened(await openDataset(own), 1);
    const offline = data.replay({ transitions, requiresReturnToGo: true, seed: 3 });
    return new MixedReplay(offline, new Replay({ ...shapes, requiresReturnToGo: true }), transitions, random);
  },
  steps,
);
