/**
 * Which actions were legal in a row of a log: lists of a 0 or a 1 for each action, or lists of the legal ones themselves.
 */
import { shown } from "../../../requirement.js";
import { printable, quoted } from "../../containers/refusal.js";
import { counted } from "../../figures.js";
import { maskProblem } from "../../legal-actions.js";
import { CellProblem, isList } from "./log-features.js";
import type { LogLegal } from "./log-mapping.js";

/** What the column of legal actions is, and how its lists name actions. */
interface LegalColumn {
  readonly column: string;
  /** Its place in a row. */
  readonly place: number;
  readonly as: "mask" | "actions";
  readonly actions: number;
  /** Where the action is one of categories: their numbers. */
  readonly categories: ReadonlyMap<unknown, number> | undefined;
  /** What to do about a column that is something else, to follow "or". */
  readonly aside: string;
}

/** How the mapping says it, in one form. */
export function legalColumn(legal: LogLegal): Pick<LegalColumn, "column" | "as"> {
  return typeof legal === "string" ? { column: legal, as: "mask" } : legal;
}

export class LegalCells {
  private readonly mask: Float32Array;

  constructor(private readonly told: LegalColumn) {
    this.mask = new Float32Array(told.actions);
  }

  /**
   * The mask of a row [actions], overwritten by the next call.
   * @param action the row's, which must be legal; undefined in a row without one
   * @param before the mask of the episode's row before: an empty cell of a row without an action stands for it
   * @throws CellProblem
   */
  read(cells: readonly unknown[], action: number | undefined, before: Float32Array | undefined): Float32Array {
    const cell = cells[this.told.place];
    if ((cell === undefined || cell === null) && action === undefined && before) return before;
    if (!isList(cell))
      throw this.problem(
        `is ${cell === undefined || cell === null ? "empty" : shown(cell)} where a list of ${this.expected} belongs`,
      );
    if (this.told.as === "mask") this.readMask(cell);
    else this.readActions(cell);
    const problem = maskProblem(this.mask);
    if (problem && action !== undefined) throw this.problem(problem);
    if (action !== undefined && this.mask[action] !== 1)
      throw this.problem(`does not have the action of its own row, ${action}, among the legal ones`);
    return this.mask;
  }

  private readMask(cell: ArrayLike<unknown>): void {
    const { actions } = this.told;
    if (cell.length !== actions)
      throw this.problem(`has ${counted(cell.length, "number")} where there are ${counted(actions, "action")}`);
    for (let action = 0; action < actions; action++) {
      const flag = cell[action];
      if (flag !== 0 && flag !== 1 && typeof flag !== "boolean")
        throw this.problem(`holds ${shown(flag)} where 0 or 1 belongs`);
      this.mask[action] = Number(flag);
    }
  }

  private readActions(cell: ArrayLike<unknown>): void {
    const { actions, categories } = this.told;
    this.mask.fill(0);
    for (let i = 0; i < cell.length; i++) {
      const named = cell[i];
      const action = categories ? categories.get(named) : named;
      if (typeof action !== "number" || !Number.isInteger(action) || action < 0 || action >= actions)
        throw this.problem(`names ${shown(named)}, which is none of the ${counted(actions, "action")}`);
      this.mask[action] = 1;
    }
  }

  private get expected(): string {
    return this.told.as === "mask" ? `${this.told.actions} zeros and ones` : "legal actions";
  }

  private problem(reason: string): CellProblem {
    const { column, aside } = this.told;
    return new CellProblem(`column ${quoted(column)} ${printable(reason)}; correct the row${aside}`);
  }
}
