/**
 * The checksums of a public dataset's files when they were first downloaded, in a file beside the dataset. Where no
 * checksum was published, that record is all there is: it detects later changes, but cannot show that the first download
 * was right.
 */
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { z } from "zod";
import { fileReason, RunFailure } from "../../../errors.js";
import { writeWholeFile } from "../../../files/whole-file.js";

const recordSchema = z.record(
  z.string(),
  z.strictObject({ url: z.string(), bytes: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
);

/** By the file's path below the set. */
export type ChecksumRecords = z.infer<typeof recordSchema>;

/** @throws RunFailure if the record is there but cannot be understood */
export function readChecksums(path: string): ChecksumRecords {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { readonly code?: string }).code === "ENOENT") return {};
    throw new RunFailure(
      `The checksums ${path} cannot be read: ${fileReason(error)}. Delete them to record them anew.`,
    );
  }
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    throw new RunFailure(`The checksums ${path} are damaged; delete them to record them anew.`);
  }
}

export function writeChecksums(path: string, records: ChecksumRecords): void {
  writeWholeFile(path, `${JSON.stringify(records, null, 2)}\n`);
}

/** SHA-256 of a file, read piece by piece. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece as Uint8Array);
  return hash.digest("hex");
}
