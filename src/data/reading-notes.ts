/**
 * What a reader has to say of the data that it read: rows that it left out, and what it had to assume. A reader that
 * leaves something out without a word misreads, so every reader keeps such notes; inspect, convert and train show them.
 */

/** One thing to know about data that were read. */
export interface ReadingNote {
  /** What happened, to follow a count where there is one: "rows left out, because their episode has no second row". */
  readonly text: string;
  /** Rows that were left out for this reason; 0 where nothing was. */
  readonly leftOut: number;
  /** The first place where it happened, such as "line 3"; absent where it concerns the whole dataset. */
  readonly example?: string | undefined;
}

/** The notes of one pass over a dataset. */
export class ReadingNotes {
  private readonly notes = new Map<string, { leftOut: number; example: string | undefined }>();

  /** Forgets the notes of the pass before. */
  begin(): void {
    this.notes.clear();
  }

  /** Rows that give no step. @param reason follows the count: "because their episode has no second row" */
  leaveOut(rows: number, reason: string, example?: string): void {
    if (rows === 0) return;
    const note = this.notes.get(reason);
    if (note) note.leftOut += rows;
    else this.notes.set(reason, { leftOut: rows, example });
  }

  /** A sentence about the whole dataset, told once. */
  say(sentence: string): void {
    if (!this.notes.has(sentence)) this.notes.set(sentence, { leftOut: 0, example: undefined });
  }

  /** What there is to say so far. */
  get all(): readonly ReadingNote[] {
    return Array.from(this.notes, ([text, { leftOut, example }]) => ({
      text,
      leftOut,
      ...(example !== undefined && { example }),
    }));
  }
}
