/**
 * The layout of a `.calql` folder, the house's own format: raw numbers, so that any block of episodes is read with a few
 * sequential reads and any tool can map the arrays into memory. S is the number of steps, E of episodes, B of blocks, dO
 * and dA are the sizes of an observation and an action; all numbers are little-endian, arrays row-major.
 *
 *   manifest.json       what there is (`manifestSchema`)
 *   observations.f32    [S + E, dO] float32: an episode of T steps has T + 1 rows
 *   actions.f32         [S, dA] float32
 *   rewards.f32         [S] float32, neither scaled nor shifted
 *   terminated.u8       [S] 0 or 1
 *   lengths.u32         [E] uint32: steps of each episode
 *   truncated.u8        [E] 0 or 1: whether the clock ended it
 *   blocks.u32          [B, 3] uint32: the steps and the episodes of each block, and its checksum
 *
 * A block is a run of whole episodes. Its checksum is the CRC-32 of its bytes of the six arrays, one array after the
 * other in the order of `parts`. The manifest has the checksum of blocks.u32 and one of itself.
 */
import { z } from "zod";
import { crc32 } from "../../containers/crc32.js";
import { isActionCount } from "../../discrete-actions.js";

/** The arrays of the episodes, in the order of a block's checksum. */
export const parts = {
  observations: "observations.f32",
  actions: "actions.f32",
  rewards: "rewards.f32",
  terminated: "terminated.u8",
  lengths: "lengths.u32",
  truncated: "truncated.u8",
} as const;

export type Part = keyof typeof parts;
export const partNames = Object.keys(parts) as readonly Part[];

/** Numbers that a block's entry in blocks.u32 has. */
export const BLOCK_NUMBERS = 3;
/** A block is closed when it holds this much: small enough to mix, large enough to be read at the disk's full speed. */
export const BLOCK_BYTES = 2 ** 17;
/** An episode of more bytes is refused, because it is read in one piece. */
export const LARGEST_BLOCK_BYTES = 2 ** 30;

const count = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const checksum = z.number().int().min(0).max(0xffff_ffff);

export const manifestSchema = z.strictObject({
  format: z.literal("calql"),
  version: z.literal(1),
  /** Where the data came from. */
  source: z.string(),
  observationSize: count,
  actionSize: count,
  discreteActions: z.number().refine(isActionCount, "be a number of actions").optional(),
  steps: count,
  episodes: count,
  blocks: count,
  blocksChecksum: checksum,
  /** CRC-32 of the manifest's own JSON text, without white space and without this entry. */
  checksum,
});

export type Manifest = z.infer<typeof manifestSchema>;

/** A manifest with its checksum. */
export function sealManifest(manifest: Omit<Manifest, "checksum">): Manifest {
  return { ...manifest, checksum: manifestChecksum(manifest) };
}

/** The checksum that a manifest should have. */
export function manifestChecksum(manifest: Omit<Manifest, "checksum">): number {
  const { checksum: _, ...rest } = manifest as Manifest;
  return crc32(new TextEncoder().encode(JSON.stringify(rest)));
}

/** How many bytes each part has for so many steps and episodes. */
export function partBytes(
  { observationSize, actionSize }: Pick<Manifest, "observationSize" | "actionSize">,
  steps: number,
  episodes: number,
): Record<Part, number> {
  return {
    observations: 4 * (steps + episodes) * observationSize,
    actions: 4 * steps * actionSize,
    rewards: 4 * steps,
    terminated: steps,
    lengths: 4 * episodes,
    truncated: episodes,
  };
}
