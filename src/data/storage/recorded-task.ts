/** The task that a dataset on disk says it was recorded in: D4RL files from `calql data collect` name theirs. */
import { readD4RLMetadata } from "../formats/d4rl/d4rl-metadata.js";
import { d4rlFormat } from "../formats/formats.js";
import { diskFiles } from "./disk-files.js";

/** The name of the task; undefined where the data name none, or cannot be read. */
export async function taskNamedIn(path: string): Promise<string | undefined> {
  try {
    const files = diskFiles(path);
    try {
      if (!(await d4rlFormat.recognises(files))) return undefined;
      const { task } = await readD4RLMetadata(files.open(files.paths[0]!), path);
      return typeof task === "string" ? task : undefined;
    } finally {
      files.close();
    }
  } catch {
    return undefined; // what is wrong with the file is reported where it is read
  }
}
