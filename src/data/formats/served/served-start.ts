/**
 * How the log of `calql serve` begins; apart from its reader, because every file is looked at and few are read.
 */
export const SERVED_START = /^\s*\{"kind":"calql-served"/;
