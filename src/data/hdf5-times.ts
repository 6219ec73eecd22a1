/**
 * HDF5 notes in every object when it was modified, so that two files with the same content differ. This file takes
 * these times out again. The library offers no switch for it here.
 */

/**
 * A "modification time" message of a version 1 object header (HDF5 File Format Specification, IV.A.2.s): type 0x0012,
 * 8 bytes of data, flags, 3 reserved bytes; then version 1, 3 reserved bytes, and the seconds since 1970.
 */
const MESSAGE = [0x12, 0x00, 0x08, 0x00, undefined, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00];

/**
 * Sets the modification times in a file that was written between `begun` and `ended` (milliseconds since 1970) to 0,
 * in place. Only times of that span are touched: other bytes that happen to look like a message stay.
 * @returns the same bytes
 */
export function forgetTimes(bytes: Uint8Array, begun: number, ended: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = Math.floor(begun / 1000);
  const last = Math.ceil(ended / 1000);
  for (let at = bytes.indexOf(0x12); at >= 0; at = bytes.indexOf(0x12, at + 1)) {
    const time = at + MESSAGE.length;
    if (time + 4 > bytes.length) break;
    if (!MESSAGE.every((byte, i) => byte === undefined || bytes[at + i] === byte)) continue;
    const seconds = view.getUint32(time, true);
    if (seconds >= first && seconds <= last) view.setUint32(time, 0, true);
  }
  return bytes;
}
