/**
 * The layout of a `.calql` folder, calql's own format: raw numbers, so that any block of episodes is read with a few
 * sequential reads and any tool can map the arrays into memory. S is the number of steps, E of episodes, B of blocks,
 * dO and dA are the sizes of an observation and an action; all numbers are little-endian, arrays row-major.
 *
 *   manifest.json       what there is (`manifestSchema`)
 *   observations.f32    [S + E, dO] float32: an episode of T steps has T + 1 rows; this is the vector `state`
 *   observations-P.u8   [S + E, ...] another part P of observations (.f32 float32, .u8 uint8, .i32 int32), if there is one
 *   actions.f32         [S, dA] float32
 *   rewards.f32         [S] float32, neither scaled nor shifted
 *   terminated.u8       [S] 0 or 1
 *   propensities.f32    [S] float32, in (0, 1]: how likely the logged action was, if that is known
 *   lengths.u32         [E] uint32: steps of each episode
 *   truncated.u8        [E] 0 or 1: whether the clock ended it
 *   blocks.u32          [B, 3] uint32: the steps and the episodes of each block, and its checksum
 *
 * A block is a run of whole episodes. Its checksum is the CRC-32 of its bytes of the arrays, one array after the
 * other in the order of `storedColumns`. The manifest has the checksum of blocks.u32 and one of itself.
 */
import { z } from "zod";
import { type ObservationParts, rowBytes, STATE, vectorParts } from "../../columns.js";
import { crc32 } from "../../containers/crc32.js";
import { isActionCount } from "../../discrete-actions.js";
import type { Dataset } from "../../episode.js";

export const manifestFile = "manifest.json";
export const blocksFile = "blocks.u32";

/** One array of the episodes: how many of its rows there are, and the bytes of one. */
export interface StoredColumn {
  readonly name: "actions" | "rewards" | "terminated" | "propensities" | "lengths" | "truncated" | "observations";
  /** Of observations, which part. */
  readonly part?: string;
  readonly file: string;
  readonly rowBytes: number;
}

const endings = { float32: "f32", uint8: "u8", int32: "i32" } as const;

/** The arrays of the episodes, in the order of a block's checksum: the parts of observations come first. */
export function storedColumns({
  observations,
  actionSize,
  hasPropensities,
}: Pick<Dataset, "observations" | "actionSize" | "hasPropensities">): readonly StoredColumn[] {
  const parts = Object.entries(observations).map(([part, declared]): StoredColumn => {
    const stem = part === STATE ? "observations" : `observations-${part}`;
    return { name: "observations", part, file: `${stem}.${endings[declared.type]}`, rowBytes: rowBytes(declared) };
  });
  return [
    ...parts,
    { name: "actions", file: "actions.f32", rowBytes: 4 * actionSize },
    { name: "rewards", file: "rewards.f32", rowBytes: 4 },
    { name: "terminated", file: "terminated.u8", rowBytes: 1 },
    ...(hasPropensities ? [{ name: "propensities", file: "propensities.f32", rowBytes: 4 } as const] : []),
    { name: "lengths", file: "lengths.u32", rowBytes: 4 },
    { name: "truncated", file: "truncated.u8", rowBytes: 1 },
  ];
}

/** Numbers that a block's entry in blocks.u32 has. */
export const BLOCK_NUMBERS = 3;
/** A block is closed when it holds this much: small enough to mix, large enough to be read at the disk's full speed. */
export const BLOCK_BYTES = 2 ** 17;
/** An episode of more bytes is refused, because it is read in one piece. */
export const LARGEST_BLOCK_BYTES = 2 ** 30;

const count = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const checksum = z.number().int().min(0).max(0xffff_ffff);

// The order of the entries is that of the JSON text, which the manifest's checksum covers.
const totals = {
  /** The task that the data were recorded in, where they name one; absent from older data. */
  task: z.string().optional(),
  actionSize: count,
  discreteActions: z.number().refine(isActionCount, "be a number of actions").optional(),
  /** The bounds of actions [actionSize], where they are known. */
  actionBounds: z.strictObject({ low: z.array(z.number()), high: z.array(z.number()) }).optional(),
  steps: count,
  episodes: count,
  blocks: count,
  blocksChecksum: checksum,
  /** CRC-32 of the manifest's own JSON text, without white space and without this entry. */
  checksum,
};
const list = z.array(z.string());
const told = {
  propensities: z.literal(true).optional(),
  /** Of the numbers of the vector `state`, and of an action's numbers or of each choice. */
  names: z.strictObject({ observations: list.optional(), actions: list.optional() }).optional(),
};
const format = z.literal("calql");
/** Where the data came from. */
const source = z.string();
const partName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._]{0,99}$/);
const part = z.strictObject({ type: z.enum(["float32", "uint8", "int32"]), shape: z.array(count).max(8) });

const observations = z.record(partName, part).refine((parts) => Object.keys(parts).length > 0, "have a part");

/**
 * Version 1 has vectors alone; version 2, written where there is more, tells the parts of observations; version 3, written
 * where the data have propensities or names, does so too.
 */
export const manifestSchema = z.discriminatedUnion("version", [
  z.strictObject({ format, version: z.literal(1), source, observationSize: count, ...totals }),
  z.strictObject({ format, version: z.literal(2), source, observations, ...totals }),
  z.strictObject({ format, version: z.literal(3), source, observations, ...told, ...totals }),
]);

export type Manifest = z.infer<typeof manifestSchema>;
type Unsealed<M> = M extends Manifest ? Omit<M, "checksum"> : never;

/** The parts of a manifest's observations. */
export function observationsIn(manifest: Manifest): ObservationParts {
  return manifest.version === 1 ? vectorParts(manifest.observationSize) : manifest.observations;
}

/** A manifest with its checksum. */
export function sealManifest(manifest: Unsealed<Manifest>): Manifest {
  return { ...manifest, checksum: manifestChecksum(manifest) };
}

/** The checksum that a manifest should have. */
export function manifestChecksum(manifest: Unsealed<Manifest>): number {
  const { checksum: _, ...rest } = manifest as Manifest;
  return crc32(new TextEncoder().encode(JSON.stringify(rest)));
}

/** How many bytes a column has for so many steps and episodes. */
export function columnBytes({ name, rowBytes }: StoredColumn, steps: number, episodes: number): number {
  if (name === "observations") return rowBytes * (steps + episodes);
  return rowBytes * (name === "lengths" || name === "truncated" ? episodes : steps);
}

/** The bytes of all columns together. */
export function totalBytes(columns: readonly StoredColumn[], steps: number, episodes: number): number {
  return columns.reduce((sum, column) => sum + columnBytes(column, steps, episodes), 0);
}
