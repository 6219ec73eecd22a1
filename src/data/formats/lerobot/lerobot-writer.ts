/**
 * Writes episodes as a LeRobot v3.0 dataset: one Parquet table of frames, one of episodes, one of tasks, and
 * meta/info.json. An episode of T steps takes T frames and one more that holds only its last observation (zero action,
 * last reward, still done), as in the D4RL layout; readers that count on next.done leave it alone.
 */

import { checkWritable, endProblem } from "../../check-episode.js";
import { requireVector, vectorSizeOf } from "../../columns.js";
import { type WrittenColumn, writeParquet } from "../../containers/parquet/parquet-writer.js";
import { type Episode, stateOf } from "../../episode.js";
import type { DatasetHeader } from "../../episode-source.js";
import { type DataTarget, type EpisodeSink, writeJson } from "../format.js";
import { infoPath } from "./lerobot-meta.js";

/** Recorded data of other origin have no clock; LeRobot wants one. */
const FRAMES_PER_SECOND = 10;

const scalars: readonly WrittenColumn[] = [
  { name: "next.reward", type: "float32" },
  { name: "next.done", type: "boolean" },
  { name: "next.success", type: "boolean" },
  { name: "timestamp", type: "float32" },
  { name: "frame_index", type: "int64" },
  { name: "episode_index", type: "int64" },
  { name: "index", type: "int64" },
  { name: "task_index", type: "int64" },
];

export async function createLeRobot(target: DataTarget, header: DatasetHeader): Promise<EpisodeSink> {
  const observationSize = requireVector(header, "LeRobot's layout, as written here,");
  const { actionSize } = header;
  const frames = writeParquet(target.create("data/chunk-000/file-000.parquet"), [
    { name: "observation.state", type: "float32", list: observationSize > 1 },
    { name: "action", type: "float32", list: actionSize > 1 },
    ...scalars,
  ]);
  const episodes = writeParquet(
    target.create("meta/episodes/chunk-000/file-000.parquet"),
    ["episode_index", "length", "dataset_from_index", "dataset_to_index", "data/chunk_index", "data/file_index"].map(
      (name) => ({ name, type: "int64" }),
    ),
  );
  let count = 0;
  let total = 0;
  return {
    async write(episode) {
      checkWritable(header, episode, count, ` to "${target.name}" as frames`, endProblem);
      for (let frame = 0; frame <= episode.length; frame++)
        frames.add(frameOf(episode, frame, header, count, total + frame));
      const length = episode.length + 1;
      episodes.add([count, length, total, total + length, 0, 0].map(BigInt));
      count++;
      total += length;
    },
    async finish() {
      frames.finish();
      episodes.finish();
      writeTask(target);
      writeJson(target, infoPath, infoOf(header, count, total));
    },
  };
}

function frameOf(episode: Episode, frame: number, header: DatasetHeader, number: number, index: number) {
  const { length, terminated } = episode;
  const last = length - 1;
  const vector = (values: Float32Array, size: number) => {
    const row = Array.from(values.subarray(frame * size, (frame + 1) * size));
    return size > 1 ? row : row[0]!;
  };
  const { actionSize } = header;
  const state = stateOf(episode.observations);
  const none = actionSize > 1 ? new Array<number>(actionSize).fill(0) : 0;
  return [
    vector(state, state.length / (length + 1)),
    frame < length ? vector(episode.actions, actionSize) : none,
    episode.rewards[Math.min(frame, last)]!,
    frame >= last,
    frame >= last && terminated[last] === 1,
    frame / FRAMES_PER_SECOND,
    BigInt(frame),
    BigInt(number),
    BigInt(index),
    0n,
  ];
}

function writeTask(target: DataTarget): void {
  const tasks = writeParquet(target.create("meta/tasks.parquet"), [
    { name: "task_index", type: "int64" },
    { name: "task", type: "text" },
  ]);
  tasks.add([0n, "recorded"]);
  tasks.finish();
}

function infoOf(header: DatasetHeader, episodes: number, frames: number) {
  const { actionSize, discreteActions } = header;
  const observationSize = vectorSizeOf(header.observations)!;
  const feature = (dtype: string, size: number) => ({ dtype, shape: [size], names: null });
  const dtypes = { float32: "float32", int64: "int64", boolean: "bool", text: "string" };
  return {
    codebase_version: "v3.0",
    robot_type: null,
    total_episodes: episodes,
    total_frames: frames,
    total_tasks: 1,
    chunks_size: 1000,
    fps: FRAMES_PER_SECOND,
    splits: { train: `0:${episodes}` },
    data_path: "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
    video_path: null,
    features: {
      "observation.state": feature("float32", observationSize),
      action: feature("float32", actionSize),
      ...Object.fromEntries(scalars.map(({ name, type }) => [name, feature(dtypes[type], 1)])),
    },
    ...(discreteActions !== undefined && { calql: { discrete_actions: discreteActions } }),
  };
}
