/**
 * The bounds of actions in a D4RL file: the arrays `metadata/action_low` and `metadata/action_high`, [actionSize] each,
 * which D4RL's own files do not have.
 */
import { DataError, UsageError } from "../../../errors.js";
import type { OpenHdf5, WritableHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readHeader, readNumbers } from "../../containers/hdf5/hdf5-table.js";
import type { DatasetHeader } from "../../episode-source.js";
import { counted } from "../../figures.js";
import type { ActionBounds } from "../../transform.js";
import { GROUP, metadataKeys } from "./d4rl-metadata.js";

const LOW = "action_low";
const HIGH = "action_high";

/** Only the dataset tells its bounds. @throws UsageError for metadata of their names, or too few of them */
export function checkBoundsToWrite(header: DatasetHeader, metadata: object): void {
  const { source, actionSize, actionBounds: bounds } = header;
  const taken = [LOW, HIGH].find((name) => Object.hasOwn(metadata, name));
  if (taken !== undefined)
    throw new UsageError(`Metadata cannot say ${taken} of "${source}"; set actionBounds of the dataset.`);
  if (!bounds || (bounds.low.length === actionSize && bounds.high.length === actionSize)) return;
  throw new UsageError(
    `"${source}" has bounds of ${bounds.low.length} and ${counted(bounds.high.length, "number")} for actions of ${actionSize}; give one for each.`,
  );
}

export function writeActionBounds(group: ReturnType<WritableHdf5["create_group"]>, bounds: ActionBounds): void {
  for (const [name, data] of [
    [HIGH, bounds.high],
    [LOW, bounds.low],
  ] as const)
    group.create_dataset({ name, data, shape: [data.length], dtype: "<f" });
}

/** The bounds that a file says. @throws DataError where there is only one of them, or they do not fit the actions */
export function readActionBounds(file: OpenHdf5, actionSize: number): ActionBounds | undefined {
  const keys = metadataKeys(file);
  if (!keys.includes(LOW) && !keys.includes(HIGH)) return undefined;
  const bound = (name: string) => (keys.includes(name) ? readBound(file, `${GROUP}/${name}`, actionSize) : undefined);
  const [low, high] = [bound(LOW), bound(HIGH)];
  if (low && high && low.every((bound, i) => bound <= high[i]!)) return { low, high };
  throw new DataError(
    `"${file.name}": "${GROUP}/${LOW}" and "${GROUP}/${HIGH}" must be ${counted(actionSize, "number")} each, none of the first above its counterpart; repair them, or remove both.`,
  );
}

function readBound(file: OpenHdf5, key: string, actionSize: number): Float32Array | undefined {
  const header = readHeader(file, key);
  return header.shape.length === 1 && header.shape[0] === actionSize ? readNumbers(file, header) : undefined;
}
