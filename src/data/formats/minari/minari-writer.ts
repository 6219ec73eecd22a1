/**
 * Writes Minari datasets in the layout of version 0.5: data/metadata.json beside data/main_data.hdf5, chunked and not
 * compressed, one episode in memory at a time. Spaces are those that the episodes tell: a Box without bounds for
 * observations and for action vectors, a Discrete for choices. Flags are stored as int8, since the HDF5 library cannot
 * write h5py's booleans. An episode that ends neither terminated nor truncated comes back truncated.
 */

import { UsageError } from "../../../errors.js";
import { checkWritable } from "../../check-episode.js";
import type { ObservationParts, Part, Values } from "../../columns.js";
import { type GrowingHdf5, growHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { forgetTimes } from "../../containers/hdf5/hdf5-times.js";
import type { Episode } from "../../episode.js";
import type { DatasetHeader } from "../../episode-source.js";
import type { ActionBounds } from "../../transform.js";
import { type DataTarget, type EpisodeSink, writeJson } from "../format.js";

const chunkBytes = 2 ** 17;

/** The sink of a new dataset; the target is its folder. */
export async function createMinari(target: DataTarget, header: DatasetHeader): Promise<EpisodeSink> {
  const begun = Date.now();
  const main = target.create("data/main_data.hdf5");
  const hdf5 = await growHdf5(main, target.name);
  const totals = { episodes: 0, steps: 0 };
  return {
    async write(episode) {
      checkWritable(header, episode, totals.episodes);
      writeEpisode(hdf5, totals.episodes++, header, episode);
      totals.steps += episode.length;
    },
    async finish() {
      if (totals.episodes === 0)
        throw new UsageError(`"${header.source}" has no episodes, so there is nothing to write; record some first.`);
      hdf5.finish();
      forgetTimes(main, begun, Date.now());
      main.close();
      writeJson(target, "data/metadata.json", metadataOf(target.name, header, totals));
    },
    abandon: () => hdf5.abandon(),
  };
}

function metadataOf(
  path: string,
  { source, observations, actionSize, discreteActions, actionBounds }: DatasetHeader,
  { episodes, steps }: { readonly episodes: number; readonly steps: number },
) {
  return {
    total_episodes: episodes,
    total_steps: steps,
    data_format: "hdf5",
    observation_space: observationSpace(observations),
    action_space:
      discreteActions === undefined
        ? boxSpace(actionSize, actionBounds)
        : JSON.stringify({ type: "Discrete", dtype: "int64", start: 0, n: discreteActions }),
    dataset_id: idOf(path),
    minari_version: ">=0.5",
    description: `Converted by calql from ${source}.`,
  };
}

/** Minari asks for a name that ends in a version; the folder's name, where it has one. */
function idOf(path: string): string {
  const folder =
    path
      .replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .at(-1) ?? "";
  const name = folder.replace(/[^\w.-]+/g, "-").replace(/^[-.]+/, "") || "data";
  return /-v\d+$/.test(name) ? name : `${name}-v0`;
}

/** One part is a space of its own, several are a Dict. */
function observationSpace(parts: ObservationParts): string {
  const spaces = Object.entries(parts).map(([name, part]) => [name, partSpace(part)] as const);
  if (spaces.length === 1) return spaces[0]![1];
  const subspaces = spaces.map(([name, space]) => `${JSON.stringify(name)}: ${space}`);
  return `{"type": "Dict", "subspaces": {${subspaces.join(", ")}}}`;
}

function partSpace({ type, shape }: Part): string {
  if (type === "float32" && shape.length === 1) return boxSpace(shape[0]!);
  const [low, high] = { float32: ["-Infinity", "Infinity"], uint8: ["0", "255"], int32: [-(2 ** 31), 2 ** 31 - 1] }[
    type
  ];
  const filled = (bound: string | number) =>
    shape.reduceRight((inner, size) => `[${new Array(size).fill(inner).join(", ")}]`, String(bound));
  return `{"type": "Box", "dtype": "${type}", "shape": [${shape.join(", ")}], "low": ${filled(low!)}, "high": ${filled(high!)}}`;
}

/** Python reads the word Infinity, which JSON.stringify does not write. */
function boxSpace(size: number, known?: ActionBounds): string {
  const bounds = (bound: string) => `[${new Array(size).fill(bound).join(", ")}]`;
  const low = known ? JSON.stringify([...known.low]) : bounds("-Infinity");
  const high = known ? JSON.stringify([...known.high]) : bounds("Infinity");
  return `{"type": "Box", "dtype": "float32", "shape": [${size}], "low": ${low}, "high": ${high}}`;
}

function writeEpisode(hdf5: GrowingHdf5, id: number, header: DatasetHeader, episode: Episode): void {
  const { length } = episode;
  hdf5.attempt(`episode ${id} cannot be written`, () => {
    const group = hdf5.file.create_group(`episode_${id}`);
    group.create_attribute("id", [id], [], "<i");
    group.create_attribute("total_steps", [length], [], "<i");
    const truncations = new Int8Array(length);
    truncations[length - 1] = episode.truncated ? 1 : 0;
    const { observations: parts, actionSize, discreteActions } = header;
    const choices = discreteActions === undefined ? undefined : wholeNumbers(episode.actions);
    const several = Object.keys(parts).length > 1;
    const observed = several ? group.create_group("observations") : group;
    for (const [name, part] of Object.entries(parts)) {
      const key = several ? name : "observations";
      observed.create_dataset(tableOf(key, episode.observations[name]!, dtypes[part.type], part.shape));
    }
    for (const table of [
      choices ? tableOf("actions", choices, "<q") : tableOf("actions", episode.actions, "<f", [actionSize]),
      tableOf("rewards", episode.rewards, "<f"),
      tableOf("terminations", Int8Array.from(episode.terminated), "<b"),
      tableOf("truncations", truncations, "<b"),
    ])
      group.create_dataset(table);
  });
}

function wholeNumbers(actions: Float32Array): BigInt64Array {
  return BigInt64Array.from(actions, (action) => BigInt(action));
}

const dtypes = { float32: "<f", uint8: "<B", int32: "<i" } as const;

/** One array of an episode, [rows, ...further], that others may append to. */
function tableOf(
  name: string,
  data: Values | Int8Array | BigInt64Array,
  dtype: string,
  further: readonly number[] = [],
) {
  const columns = further.reduce((product, size) => product * size, 1);
  const rows = data.length / columns;
  const chunkRows = Math.floor(chunkBytes / (data.BYTES_PER_ELEMENT * columns));
  const chunks = [Math.min(rows, Math.max(1, chunkRows)), ...further];
  return { name, data, dtype, chunks, shape: [rows, ...further], maxshape: [null, ...further] };
}
