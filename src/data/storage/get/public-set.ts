/**
 * What is known of a public dataset: its name, where it is published, and of its files what their publisher or a
 * catalogue that downloaded them has written down.
 */

export interface PublicSet {
  /** The name under which its publisher documents it. */
  readonly name: string;
  readonly family: "D4RL" | "Minari" | "OGBench" | "Adroit binary";
  readonly files: readonly PublicFile[];
  /** Where a person reads about it and downloads it with a browser. */
  readonly page: string;
  /** Set where no program can download it: what to do by hand. */
  readonly byHand?: string;
}

export interface PublicFile {
  /** Its place below the set's folder; of a set of one file, that file's name in the cache. */
  readonly path: string;
  readonly url: string;
  readonly bytes?: number | undefined;
  /** As published; where it is unknown, the first download's is recorded and compared with later ones. */
  readonly sha256?: string | undefined;
}

/** The bytes of all files, where they are known. */
export function bytesOf({ files }: PublicSet): number | undefined {
  return files.every(({ bytes }) => bytes !== undefined)
    ? files.reduce((sum, { bytes }) => sum + bytes!, 0)
    : undefined;
}
