/**
 * The arrays of one episode, each with as many rows as the episode has steps: what is not so is the episode's fault.
 */

import { DataError } from "../../../errors.js";
import { type Observations, STATE } from "../../columns.js";
import { isTable, shapeOf } from "../../containers/hdf5/hdf5-listing.js";
import type { OpenHdf5 } from "../../containers/hdf5/hdf5-module.js";
import { readScalar } from "../../containers/hdf5/hdf5-scalars.js";
import {
  numbersPerRow,
  readByteNumbers,
  readHeader,
  readNumbers,
  type TableHeader,
} from "../../containers/hdf5/hdf5-table.js";
import { checkFinite, flagsOf, quoted } from "../../containers/refusal.js";
import { counted } from "../../figures.js";
import { checkedIn, type EpisodeInHand, faulty, mustBeFinite } from "../faulty-episode.js";
import type { ReadOptions } from "../format.js";
import { sideBySide } from "../row-blocks.js";
import type { EndMarks, EpisodeGroup } from "./layout.js";
import { arraysBelow, keysOf, type ObservationArray } from "./observations.js";

export class EpisodeArrays implements EndMarks, EpisodeInHand {
  readonly where: string;
  readonly place: string;
  readonly steps: number;

  constructor(
    private readonly file: OpenHdf5,
    private readonly group: EpisodeGroup,
    private readonly options: ReadOptions,
  ) {
    this.where = `"${file.name}": "${group.name}"`;
    this.place = group.name;
    this.steps = this.has("actions") ? readHeader(file, this.pathOf("actions")).shape[0]! : 0;
    if (this.steps === 0) throw faulty(this, `has no actions, but ${keysOf(group)}`, "it has no actions");
  }

  /** Whether there is such a key that the user does not want ignored. */
  has(key: string): boolean {
    return this.group.paths.has(key) && !this.options.ignore?.includes(key);
  }

  flags(key: string): Uint8Array {
    return checkedIn(this, "its marks are neither 0 nor 1", () =>
      flagsOf(this.numbers(key, 1, this.steps), `${this.where}, ${quoted(key)},`),
    );
  }

  flag(key: string): boolean {
    const path = this.pathOf(key);
    const shape = shapeOf(this.file, path);
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== 1)
      throw faulty(
        this,
        `has ${counted(count, "value")} of ${quoted(key)} where one for the whole episode belongs`,
        "its marks are not one for the whole episode",
      );
    const value =
      shape.length === 0 ? readScalar(this.file, path) : readNumbers(this.file, readHeader(this.file, path))[0];
    if (value === 0 || value === 1) return value === 1;
    throw faulty(this, `has ${quoted(key)} that is neither 0 nor 1`, "its marks are neither 0 nor 1");
  }

  /** The finite numbers under a key. */
  numbers(key: string, columns: number, rows: number): Float32Array {
    return this.table(key, this.pathOf(key), columns, rows);
  }

  /** The observations under a key: all arrays of numbers side by side, [rows, sum of their columns], and each picture. */
  observations(key: string, arrays: readonly ObservationArray[], rows: number): Observations {
    const paths = arraysBelow(this.file, this.group, key);
    const placeOf = ({ name }: ObservationArray) => {
      const place = name === "" ? key : `${key}/${name}`;
      const path = paths.get(name);
      const without = key.startsWith("next") ? ` (read without such observations by --ignore ${key})` : "";
      if (path === undefined)
        throw faulty(this, `has no ${quoted(place)}${without}`, "it lacks a part of its observations");
      return { place, path };
    };
    const tables = arrays.flatMap((array) => {
      if (array.picture) return [];
      const { place, path } = placeOf(array);
      return [{ values: this.table(place, path, array.columns, rows), columns: array.columns }];
    });
    const pictures = arrays.flatMap((array) => {
      if (!array.picture) return [];
      const { place, path } = placeOf(array);
      return [[array.picture.part, this.pictures(place, path, array.picture, rows)] as const];
    });
    const state = tables.length === 1 ? tables[0]!.values : sideBySide(tables, rows);
    return { ...(tables.length > 0 && { [STATE]: state }), ...Object.fromEntries(pictures) };
  }

  /**
   * Refuses an array with one value a row whose meaning nobody knows: it may mark where episodes end.
   * @param known the keys that are read or harmless
   */
  refuseUnknown(known: (key: string) => boolean): void {
    for (const [key, path] of this.group.paths) {
      if (known(key) || !this.has(key) || !isTable(this.file, path)) continue;
      const [rows = 0, columns = 1, ...more] = shapeOf(this.file, path);
      if (more.length > 0 || columns !== 1 || rows < this.steps || rows > this.steps + 1) continue;
      throw new DataError(
        `${this.where} has ${quoted(key)}, one value a row, whose meaning is not known here and which may mark ends; if it says nothing about them, read the data with --ignore ${key}.`,
      );
    }
  }

  private pathOf(key: string): string {
    const path = this.group.paths.get(key);
    if (path !== undefined) return path;
    throw faulty(this, `has no ${quoted(key)}, but ${keysOf(this.group)}`, `it has no ${quoted(key)}`);
  }

  private pictures(
    key: string,
    path: string,
    { shape, form }: NonNullable<ObservationArray["picture"]>,
    rows: number,
  ): Uint8Array {
    const header = readHeader(this.file, path);
    this.checkRows(key, header, rows);
    const found = header.shape.slice(1);
    const words = (sizes: readonly number[]) => `[${sizes.slice(0, 8).join(", ")}]`;
    if (!header.bytes || found.length !== shape.length || found.some((size, axis) => size !== shape[axis]))
      throw faulty(
        this,
        `has pictures ${quoted(key)} of ${header.bytes ? "" : "other numbers than bytes and "}the shape ${words(found)} where ${words(shape)} is expected, as in the first episode`,
        "its pictures are not like those of the first episode",
      );
    return form.writeAll(readByteNumbers(this.file, header));
  }

  private checkRows(key: string, { shape: [found] }: TableHeader, rows: number): void {
    if (found !== rows)
      throw faulty(
        this,
        `has ${counted(found ?? 0, "row")} of ${quoted(key)} where its ${counted(this.steps, "action")} need ${rows}`,
        "its arrays do not have as many rows as its actions need",
      );
  }

  private table(key: string, path: string, columns: number, rows: number): Float32Array {
    const header = readHeader(this.file, path);
    this.checkRows(key, header, rows);
    if (numbersPerRow(header) !== columns)
      throw faulty(
        this,
        `has ${counted(numbersPerRow(header), "number")} a row of ${quoted(key)} where ${columns} are expected`,
        "its arrays have other numbers of columns",
      );
    const values = readNumbers(this.file, header);
    if (mustBeFinite(this.options))
      checkedIn(this, "it holds what is no finite number", () =>
        checkFinite(values, columns, `${this.where}, ${quoted(key)},`),
      );
    return values;
  }
}
