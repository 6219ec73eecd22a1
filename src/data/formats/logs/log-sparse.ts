/**
 * Features that a log keeps as an object from ids to numbers, such as {"12": 0.5, "77": 1}: each id that the mapping
 * knows is a number of the vector, 0 where the object does not have it. An id that the mapping does not know is refused,
 * because a vector without it would be another observation.
 */
import { shown } from "../../../requirement.js";
import type { LogFeature } from "./log-mapping.js";

/** Where each id stands in the vector. */
export class SparseIds {
  /** Numbers of the vector. */
  readonly size: number;
  private readonly places: ReadonlyMap<string, number> | undefined;

  private constructor(told: { readonly ids: readonly (string | number)[] } | { readonly size: number }) {
    this.places = "ids" in told ? new Map(told.ids.map((id, i) => [String(id), i])) : undefined;
    this.size = "ids" in told ? told.ids.length : told.size;
  }

  /** Undefined for a feature of another kind. */
  static of(feature: LogFeature): SparseIds | undefined {
    return typeof feature === "object" && !("categories" in feature) ? new SparseIds(feature) : undefined;
  }

  /**
   * Fills `size` numbers of the target from `at` on.
   * @param number checks one of the object's values
   * @returns what is wrong with the cell otherwise, to go after the column's name
   */
  fill(cell: unknown, target: Float32Array, at: number, number: (value: unknown) => number): string | undefined {
    if (typeof cell !== "object" || cell === null || Array.isArray(cell) || ArrayBuffer.isView(cell))
      return `is ${shown(cell)} where an object of ids and numbers belongs; write {} where there are none`;
    target.fill(0, at, at + this.size);
    for (const [id, value] of Object.entries(cell)) {
      const place = this.places ? this.places.get(id) : this.numbered(id);
      if (place === undefined)
        return `has the id ${shown(id)}, which is none of the ${this.size} that the mapping tells; add it to the mapping's ids, or give a larger size`;
      target[at + place] = number(value);
    }
    return undefined;
  }

  /** Ids that are the numbers 0 to size - 1. */
  private numbered(id: string): number | undefined {
    const place = /^(0|[1-9]\d{0,6})$/.test(id) ? Number(id) : this.size;
    return place < this.size ? place : undefined;
  }
}
