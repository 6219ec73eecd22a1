/**
 * A public dataset into the cache: downloads what is missing, checks what is there, and where neither works says which
 * address to open by hand and where the file belongs.
 */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { RunFailure, UsageError } from "../../../errors.js";
import { type ChecksumRecords, readChecksums, sha256Of, writeChecksums } from "./checksums.js";
import { download } from "./download.js";
import { type PublicFile, type PublicSet, placeOfFile, placeOfSet } from "./public-sets.js";
import { NoConnection } from "./requests.js";

export interface GetOptions {
  /** Another place with the same files: the file's address, or a folder's, ending with "/" or with several files below. */
  readonly from?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((file: string, done: number, total: number | undefined) => void) | undefined;
}

export interface GotFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What the checksum was compared with: a published one, one recorded at an earlier download, or nothing yet. */
  readonly checked: "published" | "recorded" | "first";
  readonly downloaded: boolean;
}

/** @throws RunFailure with the next step, where a file cannot be had or is not what it should be */
export async function getPublicSet(set: PublicSet, options: GetOptions = {}): Promise<GotFile[]> {
  const recordsPath = `${placeOfSet(set)}.checksums.json`;
  const records = readChecksums(recordsPath);
  const got: GotFile[] = [];
  for (const file of set.files) {
    const found = await getFile(set, file, records[file.path]?.sha256, options);
    records[file.path] = { url: addressOf(set, file, options.from), bytes: found.bytes, sha256: found.sha256 };
    writeChecksums(recordsPath, records);
    got.push(found);
  }
  return got;
}

async function getFile(
  set: PublicSet,
  file: PublicFile,
  recorded: ChecksumRecords[string]["sha256"] | undefined,
  options: GetOptions,
): Promise<GotFile> {
  const path = placeOfFile(set, file);
  const known = file.sha256 ?? recorded;
  const kind = file.sha256 !== undefined ? "published" : recorded !== undefined ? "recorded" : "first";
  if (existsSync(path)) return checkFile(path, known, kind);
  if (set.byHand !== undefined && options.from === undefined) throw new RunFailure(byHandText(set));
  const url = addressOf(set, file, options.from);
  try {
    const { onProgress } = options;
    const { published, ...rest } = await download({
      url,
      path,
      bytes: file.bytes,
      sha256: known,
      signal: options.signal,
      onProgress: onProgress && ((done, total) => onProgress(file.path, done, total)),
    });
    return { path, ...rest, checked: kind === "first" && published ? "published" : kind, downloaded: true };
  } catch (error) {
    if (error instanceof NoConnection) throw new RunFailure(unreachable(set, error.message));
    if (!(error instanceof RunFailure)) throw error;
    throw new RunFailure(`${set.name} could not be downloaded. ${error.message}`);
  }
}

async function checkFile(path: string, known: string | undefined, kind: GotFile["checked"]): Promise<GotFile> {
  const sha256 = await sha256Of(path);
  if (known === undefined || sha256 === known)
    return { path, bytes: statSync(path).size, sha256, checked: kind, downloaded: false };
  const where = kind === "published" ? "is published" : "was recorded when it was first downloaded";
  throw new RunFailure(
    `${path} has the SHA-256 ${sha256}, where ${known} ${where}: it is damaged or another version. Delete it and run the same command again.`,
  );
}

function addressOf(set: PublicSet, file: PublicFile, from: string | undefined): string {
  if (from === undefined) return file.url;
  const address = URL.canParse(from) ? new URL(from) : undefined;
  if (address?.protocol !== "http:" && address?.protocol !== "https:")
    throw new UsageError(`--from is "${from}"; it must be an address that begins with http:// or https://.`);
  if (set.files.length === 1 && !from.endsWith("/")) return from;
  return new URL(file.path, from.endsWith("/") ? from : `${from}/`).href;
}

/** What a person without a network, or without a way for programs, has to do. */
function unreachable(set: PublicSet, reason: string): string {
  const files = set.files.map((file) => `${file.url} as ${resolve(placeOfFile(set, file))}`).join(" and ");
  return `${set.name} could not be downloaded: ${reason}. Where there is a network, save ${files}; then run the same command again, which checks it.`;
}

function byHandText(set: PublicSet): string {
  const files = set.files.map((file) => `${file.path} to ${resolve(placeOfFile(set, file))}`).join(" and ");
  return `${set.name} cannot be downloaded by a program. ${set.byHand} ${files}; then run the same command again, which checks it. --from takes another address.`;
}
