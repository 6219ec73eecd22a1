/**
 * HDF5 notes in every object when it was modified, so that two files with the same content differ. This file takes
 * these times out again. The library, as it is called here, has no switch for that.
 */
import type { TargetFile } from "../files.js";

/**
 * A "modification time" message of a version 1 object header (HDF5 File Format Specification, IV.A.2.s): type 0x0012,
 * 8 bytes of data, flags, 3 reserved bytes; then version 1, 3 reserved bytes, and the seconds since 1970.
 */
const MESSAGE = [0x12, 0x00, 0x08, 0x00, undefined, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00];
const TIME_BYTES = 4;
const WINDOW_BYTES = 2 ** 20;

/**
 * Sets the modification times in a file that was written between `begun` and `ended` (milliseconds since 1970) to 0,
 * in place. Only times of that span are touched: other bytes that happen to look like a message stay.
 */
export function forgetTimes(file: TargetFile, begun: number, ended: number): void {
  // Windows overlap, so that no message is cut in two.
  const whole = MESSAGE.length + TIME_BYTES;
  for (let start = 0; start + whole <= file.size; start += WINDOW_BYTES - whole + 1) {
    const bytes = file.read(start, Math.min(WINDOW_BYTES, file.size - start));
    for (const at of findTimes(bytes, Math.floor(begun / 1000), Math.ceil(ended / 1000)))
      file.overwrite(start + at, new Uint8Array(TIME_BYTES));
  }
}

/** Where times from `first` to `last` (seconds) stand. */
function findTimes(bytes: Uint8Array, first: number, last: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: number[] = [];
  for (let at = bytes.indexOf(0x12); at >= 0; at = bytes.indexOf(0x12, at + 1)) {
    const time = at + MESSAGE.length;
    if (time + TIME_BYTES > bytes.length) break;
    if (!MESSAGE.every((byte, i) => byte === undefined || bytes[at + i] === byte)) continue;
    const seconds = view.getUint32(time, true);
    if (seconds >= first && seconds <= last) found.push(time);
  }
  return found;
}
