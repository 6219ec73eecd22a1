/** Writes a dataset in memory in the format calql, for tests. */
import type { Dataset } from "../data/episode.js";
import { createCalql } from "../data/formats/calql/calql-writer.js";
import { diskTarget } from "../data/storage/disk-target.js";

export async function writeDatasetAs(path: string, dataset: Dataset): Promise<void> {
  const target = diskTarget(path, { kind: "folder" });
  const sink = createCalql(target, dataset);
  for (const episode of dataset.episodes) await sink.write(episode);
  await sink.finish();
  target.commit();
}
