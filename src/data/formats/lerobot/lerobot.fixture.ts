/**
 * Small LeRobot datasets for tests, of one number a frame.
 */
import { type DataFiles, filesInMemory } from "../../containers/files.js";
import { writeParquet } from "../../containers/parquet/parquet-writer.js";
import { MemoryTarget } from "../memory-target.fixture.js";

export type Frame = Readonly<Record<string, number | boolean>>;

/** A frame whose numbers tell its place: 0.5 more than it is observed, the reward is 10 times it. */
export function frameOf(episode: number, frame: number, more: Frame = {}): Frame {
  return {
    episode_index: episode,
    frame_index: frame,
    "observation.state": frame + 0.5,
    action: -frame,
    "next.reward": frame * 10,
    ...more,
  };
}

/** A dataset of these frames, all of which have the columns of the first. */
export function lerobotFiles(frames: readonly Frame[]): DataFiles {
  const target = new MemoryTarget();
  const types = new Map(Object.entries(frames[0]!).map(([name, value]) => [name, typeOf(name, value)]));
  const columns = Array.from(types, ([name, type]) => ({ name, type }));
  const table = writeParquet(target.create("data/chunk-000/file-000.parquet"), columns);
  for (const frame of frames)
    table.add(columns.map(({ name, type }) => (type === "int64" ? BigInt(frame[name]!) : frame[name]!)));
  table.finish();
  const features = Array.from(types, ([name, type]) => [name, { dtype: dtypes[type], shape: [1], names: null }]);
  const info = {
    codebase_version: "v3.0",
    total_episodes: new Set(frames.map((frame) => frame.episode_index)).size,
    total_frames: frames.length,
    features: Object.fromEntries(features),
  };
  const description = new TextEncoder().encode(JSON.stringify(info));
  return filesInMemory("made", new Map([...target.contents(), ["meta/info.json", description]]));
}

const dtypes = { int64: "int64", float32: "float32", boolean: "bool" } as const;

function typeOf(name: string, value: number | boolean): keyof typeof dtypes {
  if (typeof value === "boolean") return "boolean";
  return name.endsWith("_index") ? "int64" : "float32";
}
