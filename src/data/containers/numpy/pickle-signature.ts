/**
 * Whether a file is a pickle, by its first bytes: those from protocol 2 on begin with a byte and their protocol's number,
 * older ones only with an operation, so that there the file's name has to say it too.
 */
import type { DataFile } from "../files.js";

/** The beginning of what torch.save wrote before version 1.6: a pickled number, and other pickles after it. */
const OLD_TORCH = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/** A mark, an empty list or dictionary, a name. */
const FIRST_OPERATIONS = "(]}c";

/** @param name the file's name */
export function looksLikePickle(name: string, file: DataFile): boolean {
  const start = file.read(0, Math.min(file.size, OLD_TORCH.length));
  if (start[0] === 0x80) return start[1]! >= 2 && start[1]! <= 5 && !isOldTorch(start);
  return /\.(pkl|pickle)$/i.test(name) && start.length > 0 && FIRST_OPERATIONS.includes(String.fromCharCode(start[0]!));
}

/** @param start the first bytes of a file */
export function isOldTorch(start: Uint8Array): boolean {
  return OLD_TORCH.every((byte, i) => start[i] === byte);
}
