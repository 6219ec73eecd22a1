/**
 * Rows of numbers that are put together: rows whose count is not known beforehand are gathered in blocks, so that growing
 * copies nothing, and joined once at the end; tables of as many rows are put side by side.
 */

import { allocate, type ElementType, type Part, rowBytes, type Values } from "../columns.js";

/** So many numbers a block at most, beyond the first rows. */
const MOST_NUMBERS = 2 ** 16;
const FIRST_ROWS = 16;

export class RowBlocks<Numbers extends Values = Float32Array> {
  private blocks: Numbers[] = [];
  /** Rows that the last block has room for, and those in it. */
  private room = 0;
  private used = 0;
  private rows = 0;

  private readonly part: Part;

  /** @param columns the numbers of a row; @param type of what kind they are */
  constructor(
    private readonly columns: number,
    type: ElementType = "float32",
  ) {
    this.part = { type, shape: [columns] };
  }

  /** The rows that were added. */
  get count(): number {
    return this.rows;
  }

  /** The rows that the next block will have, where the next row needs one; else 0. */
  get nextBlock(): number {
    if (this.used < this.room) return 0;
    const most = Math.max(1, Math.floor(MOST_NUMBERS / Math.max(1, this.columns)));
    return Math.min(Math.max(FIRST_ROWS, this.rows), Math.max(FIRST_ROWS, most));
  }

  /** The bytes that it will have. */
  get nextBlockBytes(): number {
    return this.nextBlock * rowBytes(this.part);
  }

  /** Adds a row; of `undefined` one of zeros. */
  add(row: ArrayLike<number> | undefined): void {
    const next = this.nextBlock;
    if (next > 0) {
      this.blocks.push(allocate(this.part, next) as Numbers);
      [this.room, this.used] = [next, 0];
    }
    if (row) this.blocks.at(-1)!.set(row, this.used * this.columns);
    this.used++;
    this.rows++;
  }

  /** The row that was added last. */
  get last(): Numbers {
    const from = (this.used - 1) * this.columns;
    return this.blocks.at(-1)!.subarray(from, from + this.columns) as Numbers;
  }

  /**
   * The first rows in one array, followed by zeros where there are fewer; nothing is kept here.
   * @returns [rows * columns]
   */
  join(rows: number): Numbers {
    const joined = allocate(this.part, rows) as Numbers;
    let at = 0;
    for (const block of this.blocks) {
      const part = block.subarray(0, joined.length - at);
      joined.set(part, at);
      at += part.length;
    }
    this.blocks = [];
    return joined;
  }
}

/** The columns of some tables, one after the other in every row: [rows, sum of their columns], row-major. */
export function sideBySide(
  tables: readonly { readonly values: Float32Array; readonly columns: number }[],
  rows: number,
): Float32Array {
  const width = tables.reduce((sum, { columns }) => sum + columns, 0);
  const joined = new Float32Array(rows * width);
  let left = 0;
  for (const { values, columns } of tables) {
    for (let row = 0; row < rows; row++)
      joined.set(values.subarray(row * columns, (row + 1) * columns), row * width + left);
    left += columns;
  }
  return joined;
}
