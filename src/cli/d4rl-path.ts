/**
 * Where verbs that write D4RL's layout, whatever the name, are kept from writing it under another format's name.
 */

import { d4rlFormat } from "../data/formats/formats.js";
import { UsageError } from "../errors.js";

/** @throws UsageError for a path that does not end as D4RL files do */
export function refuseOtherEndings(path: string): void {
  if (d4rlFormat.extensions.some((ending) => path.toLowerCase().endsWith(ending))) return;
  throw new UsageError(
    `The data set ${path} would be a D4RL HDF5 file; end its name in ${d4rlFormat.extensions.join(" or ")}. Another format is made of it by calql data convert.`,
  );
}
