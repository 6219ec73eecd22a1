/**
 * Writes Minari data sets in the layout of version 0.5: data/metadata.json beside data/main_data.hdf5, chunked and not
 * compressed, one episode in memory at a time. Spaces are those that the episodes tell: a Box without bounds for
 * observations and for action vectors, a Discrete for choices. Flags are stored as int8, since the HDF5 library cannot
 * write h5py's booleans. An episode that ends neither terminated nor truncated comes back truncated.
 */

import { UsageError } from "../../../errors.js";
import { episodeProblem } from "../../check-episode.js";
import { type GrowingHdf5, growHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { forgetTimes } from "../../containers/hdf5/hdf5-times.js";
import type { Episode } from "../../episode.js";
import type { DatasetHeader, DataTarget, EpisodeSink } from "../format.js";

const chunkBytes = 2 ** 17;

/** The sink of a new data set; the target is its folder. */
export async function createMinari(target: DataTarget, header: DatasetHeader): Promise<EpisodeSink> {
  const begun = Date.now();
  const main = target.create("data/main_data.hdf5");
  const hdf5 = await growHdf5(main, target.name);
  const totals = { episodes: 0, steps: 0 };
  return {
    async write(episode) {
      const problem = episodeProblem(header, episode);
      if (problem !== undefined)
        throw new UsageError(`Episode ${totals.episodes} of "${header.source}" cannot be written: ${problem}.`);
      writeEpisode(hdf5, totals.episodes++, header, episode);
      totals.steps += episode.length;
    },
    async finish() {
      if (totals.episodes === 0)
        throw new UsageError(`"${header.source}" has no episodes, so there is nothing to write; record some first.`);
      hdf5.finish();
      forgetTimes(main, begun, Date.now());
      main.close();
      const metadata = target.create("data/metadata.json");
      metadata.append(
        new TextEncoder().encode(`${JSON.stringify(metadataOf(target.name, header, totals), undefined, 2)}\n`),
      );
      metadata.close();
    },
    abandon: () => hdf5.abandon(),
  };
}

function metadataOf(
  path: string,
  { source, observationSize, actionSize, discreteActions }: DatasetHeader,
  { episodes, steps }: { readonly episodes: number; readonly steps: number },
) {
  return {
    total_episodes: episodes,
    total_steps: steps,
    data_format: "hdf5",
    observation_space: boxSpace(observationSize),
    action_space:
      discreteActions === undefined
        ? boxSpace(actionSize)
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

/** Python reads the word Infinity, which JSON.stringify does not write. */
function boxSpace(size: number): string {
  const bounds = (bound: string) => `[${new Array(size).fill(bound).join(", ")}]`;
  return `{"type": "Box", "dtype": "float32", "shape": [${size}], "low": ${bounds("-Infinity")}, "high": ${bounds("Infinity")}}`;
}

function writeEpisode(hdf5: GrowingHdf5, id: number, header: DatasetHeader, episode: Episode): void {
  const { length } = episode;
  hdf5.attempt(`episode ${id} cannot be written`, () => {
    const group = hdf5.file.create_group(`episode_${id}`);
    group.create_attribute("id", [id], [], "<i");
    group.create_attribute("total_steps", [length], [], "<i");
    const truncations = new Int8Array(length);
    truncations[length - 1] = episode.truncated ? 1 : 0;
    const { observationSize, actionSize, discreteActions } = header;
    const choices = discreteActions === undefined ? undefined : wholeNumbers(episode.actions);
    for (const table of [
      tableOf("observations", episode.observations, "<f", observationSize),
      choices ? tableOf("actions", choices, "<q") : tableOf("actions", episode.actions, "<f", actionSize),
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

/** One array of an episode, [rows, columns] or [rows], that others may append to. */
function tableOf(name: string, data: Float32Array | Int8Array | BigInt64Array, dtype: string, columns?: number) {
  const further = columns === undefined ? [] : [columns];
  const rows = data.length / (columns ?? 1);
  const chunkRows = Math.floor(chunkBytes / (data.BYTES_PER_ELEMENT * (columns ?? 1)));
  const chunks = [Math.min(rows, Math.max(1, chunkRows)), ...further];
  return { name, data, dtype, chunks, shape: [rows, ...further], maxshape: [null, ...further] };
}
