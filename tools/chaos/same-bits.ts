/**
 * `npm run same-bits`: the SHA-256 of what this machine computes, and how it differs from what another machine (or another
 * number of threads, or an emulated processor) computed and saved. Exit code 1 if anything differs or nothing was compared.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { z } from "zod";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { DataError, fileReason, UsageError } from "../../src/errors.js";
import { writeWholeFile } from "../../src/files/whole-file.js";
import { decodeTensorFile, encodeTensorFile, type TensorFile } from "../../src/runs/checkpoints/tensor-file.js";
import {
  bytesOf,
  type Computed,
  computedByEnvironments,
  computedByMath,
  computedByUpdates,
  largestDifference,
  type UpdatePlan,
} from "./computed.js";

interface Flags {
  readonly updates: string;
  readonly hidden: string;
  readonly batch: string;
  readonly threads: string;
  readonly save?: string;
  readonly compare?: string;
}

/** Results for other networks or batch sizes cannot be compared; those for another number of threads can. */
const sizesSchema = z.object({ hidden: z.number(), batch: z.number() });

export const sameBitsCommand = new Command("same-bits")
  .description("what this machine computes from a fixed seed, to compare with another machine to the bit")
  .option("--updates <numbers>", "numbers of cal-ql updates after which to look, separated by commas", "1,10,100")
  .option("--hidden <number>", "units of each of two layers", "256")
  .option("--batch <number>", "transitions of a batch", "256")
  .option("--threads <number>", "threads of ONNX Runtime", "1")
  .option("--save <file>", "save the numbers")
  .option("--compare <file>", "saved numbers to compare with")
  .action(async (flags: Flags) => {
    process.exitCode = await compute(planOf(flags), flags);
  });

function planOf(flags: Flags): UpdatePlan {
  const count = (text: string, flag: string) => numberOf(text, flag, { whole: true, least: 1 })!;
  return {
    updates: flags.updates
      .split(",")
      .map((text) => count(text, "--updates"))
      .sort((a, b) => a - b),
    hidden: count(flags.hidden, "--hidden"),
    batch: count(flags.batch, "--batch"),
    threads: count(flags.threads, "--threads"),
  };
}

/** @returns the exit code: 1 if anything differs from the file, or the file holds none of the results */
async function compute(plan: UpdatePlan, { save, compare }: Flags): Promise<number> {
  const { hidden, batch } = plan;
  const kept = compare === undefined ? undefined : read(compare, { hidden, batch });
  const results: Computed[] = [computedByMath()];
  for await (const computed of computedByEnvironments()) results.push(computed);
  for await (const result of computedByUpdates(plan)) results.push(result);
  const compared = kept ? results.map((result) => comparison(result, kept)) : [];
  const rows = results.map((result, i) => [result.name, digestOf(result), compared[i]?.words ?? ""]);
  process.stdout.write(textTable([["", "SHA-256", compare === undefined ? "" : `against ${compare}`], ...rows]));
  if (save !== undefined)
    writeWholeFile(save, encodeTensorFile({ manifest: { hidden, batch }, tensors: flat(results) }));
  return kept === undefined || agree(compared) ? 0 : 1;
}

interface Comparison {
  /** Undefined if the file does not hold the result. */
  readonly same: boolean | undefined;
  readonly words: string;
}

function agree(compared: readonly Comparison[]): boolean {
  const found = compared.filter(({ same }) => same !== undefined);
  return found.length > 0 && found.every(({ same }) => same);
}

function comparison(result: Computed, kept: TensorFile): Comparison {
  const names = [...result.numbers.keys()];
  const numbers = new Map(
    names.flatMap((name) => {
      const found = kept.tensors.get(keyOf(result, name));
      return found ? [[name, found]] : [];
    }),
  );
  if (numbers.size === 0) return { same: undefined, words: "not in the file" };
  const difference = largestDifference(result, { ...result, numbers });
  if (!difference) return { same: true, words: "the same bits" };
  return { same: false, words: `${difference.relative.toExponential(1)} (${difference.tensor})` };
}

/** @throws DataError if the file cannot be read or is not one of ours, UsageError if its sizes are different */
function read(path: string, sizes: z.infer<typeof sizesSchema>): TensorFile {
  const file = decoded(bytesIn(path), path);
  const found = sizesSchema.safeParse(file?.manifest);
  if (!file || !found.success)
    throw new DataError(`${path} is damaged or was not written by same-bits; name a file that --save wrote.`);
  const { hidden, batch } = found.data;
  if (hidden === sizes.hidden && batch === sizes.batch) return file;
  throw new UsageError(`${path} is of --hidden ${hidden} --batch ${batch}; compare with the same.`);
}

function decoded(bytes: Uint8Array, path: string): TensorFile | undefined {
  try {
    return decodeTensorFile(bytes, path);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

function bytesIn(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DataError(`${path} cannot be read: ${fileReason(error)}. Name a file that --save wrote.`);
  }
}

function flat(results: readonly Computed[]): TensorFile["tensors"] {
  return new Map(
    results.flatMap((result) => [...result.numbers].map(([name, tensor]) => [keyOf(result, name), tensor] as const)),
  );
}

function keyOf({ name }: Computed, tensor: string): string {
  return `${name}/${tensor}`;
}

function digestOf({ numbers }: Computed): string {
  const hash = createHash("sha256");
  for (const [name, tensor] of numbers) hash.update(name).update(bytesOf(tensor));
  return hash.digest("hex");
}
