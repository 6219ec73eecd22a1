/**
 * What decoders throw where bytes cannot be what they should: a reason without a place. Whoever opened the file catches
 * it and puts it into the sentence of a `DataError` that names file, place and next step.
 */

/** The message is a reason that goes on from a place: "its page ends before all its values". */
export class Damaged extends Error {}
