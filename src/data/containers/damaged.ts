/**
 * What decoders throw where bytes cannot be what they should: a reason without a place. Whoever opened the file puts it
 * into the sentence of a `DataError` that names file, place and next step.
 */
import { DataError, fileReason } from "../../errors.js";
import { printable } from "./refusal.js";

/** The message is a reason that goes on from a place: "its page ends before all its values". */
export class Damaged extends Error {
  /** @param remedy what to do about it */
  constructor(
    reason: string,
    readonly remedy = "copy or write it again",
  ) {
    super(reason);
  }
}

/**
 * Runs what decodes the bytes at a place. The libraries that unpack them throw errors of their own, all of which mean
 * that the bytes are damaged.
 * @throws DataError naming the place
 */
export function decodeAt<T>(place: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const { message, remedy } =
      error instanceof Damaged ? error : new Damaged(`it cannot be unpacked (${fileReason(error)})`);
    throw new DataError(`${place} cannot be read: ${printable(message)}; ${remedy}.`);
  }
}
