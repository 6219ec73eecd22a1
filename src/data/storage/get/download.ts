/**
 * One file from the network to the disk. It grows beside its place as `.part`, so that an interrupted download resumes
 * where it stopped, as long as the server's file is the same; it gets its name when it is complete and its checksum
 * matches.
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { fileReason, RunFailure } from "../../../errors.js";
import { makeFolder } from "../../../files/make-folder.js";
import { writeWholeFile } from "../../../files/whole-file.js";
import { sha256Of } from "./checksums.js";
import { type Answer, requestFile } from "./requests.js";

export interface DownloadRequest {
  readonly url: string;
  /** Where the file shall be. */
  readonly path: string;
  readonly bytes?: number | undefined;
  /** The checksum that the file must have. */
  readonly sha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
  /** Whether a published checksum was there to hold the file against, the request's or the server's. */
  readonly published: boolean;
}

/** How often a connection that breaks after some bytes is taken up again. */
const MOST_ATTEMPTS = 3;

/** @throws NoConnection if there is no answer; RunFailure with what is wrong and what to do */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  const { path, url } = request;
  const part = `${path}.part`;
  makeFolder(dirname(path));
  let published = request.sha256;
  for (let attempt = 1; ; attempt++) {
    const before = sizeOf(part);
    const answer = await requestFile(url, before, validatorOf(part, url), request.signal);
    published ??= answer.sha256;
    const broken = await receive(request, answer, part);
    if (broken === undefined) break;
    if (attempt < MOST_ATTEMPTS && sizeOf(part) > answer.start) continue;
    throw new RunFailure(
      `The connection to ${new URL(url).host} broke after ${sizeOf(part)} bytes (${broken}); run the same command again and it goes on from there.`,
    );
  }
  const bytes = sizeOf(part);
  const sha256 = await sha256Of(part);
  if (published !== undefined && sha256 !== published) {
    discard(part);
    throw new RunFailure(
      `What ${url} sent has the SHA-256 ${sha256}, where ${published} is published; it was thrown away. Run again, or name another source with --from.`,
    );
  }
  renameSync(part, path);
  discard(part);
  return { bytes, sha256, published: published !== undefined };
}

/** Writes what arrives. @returns why the connection broke, undefined when the file is complete */
async function receive(request: DownloadRequest, answer: Answer, part: string): Promise<string | undefined> {
  const { url, bytes, signal, onProgress } = request;
  const total = answer.total ?? bytes;
  if (bytes !== undefined && answer.total !== undefined && answer.total !== bytes)
    throw new RunFailure(
      `${url} has ${answer.total} bytes, where ${bytes} are published; name another source with --from.`,
    );
  remember(part, { url, validator: answer.validator });
  const descriptor = openSync(part, answer.start === 0 ? "w" : "r+");
  let done = answer.start;
  try {
    for await (const piece of answer.body) {
      write(descriptor, piece, done);
      done += piece.length;
      onProgress?.(done, total);
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof RunFailure) throw error;
    return fileReason((error as { readonly cause?: unknown }).cause ?? error);
  } finally {
    closeSync(descriptor);
  }
  return total !== undefined && done < total ? "it ended too soon" : undefined;
}

function write(descriptor: number, piece: Uint8Array, position: number): void {
  try {
    for (let done = 0; done < piece.length; )
      done += writeSync(descriptor, piece, done, piece.length - done, position + done);
  } catch (error) {
    throw new RunFailure(`The download cannot be written: ${fileReason(error)}. Make room or set CALQL_CACHE.`);
  }
}

interface PartNote {
  readonly url: string;
  readonly validator: string | undefined;
}

const noteOf = (part: string) => `${part}.json`;

/** Which file the part is the beginning of. */
function remember(part: string, note: PartNote): void {
  writeWholeFile(noteOf(part), `${JSON.stringify(note)}\n`);
}

/** What to hold the server's file against; without it, the download begins anew. */
function validatorOf(part: string, url: string): string | undefined {
  if (!existsSync(noteOf(part))) return undefined;
  try {
    const note = JSON.parse(readFileSync(noteOf(part), "utf8")) as Partial<PartNote> | null;
    return note?.url === url && typeof note.validator === "string" ? note.validator : undefined;
  } catch {
    return undefined;
  }
}

function discard(part: string): void {
  rmSync(part, { force: true });
  rmSync(noteOf(part), { force: true });
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}
