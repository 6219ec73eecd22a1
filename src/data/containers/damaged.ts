/**
 * What decoders throw for bytes that are invalid: a reason without a place. The code that opened the file catches it and
 * puts it into the sentence of a `DataError` that names file, place and next step.
 */

/** The message is a reason that follows the place: "its page ends before all its values". */
export class Damaged extends Error {}
