/**
 * Which step of its episode a row of a log is: by the column that says it, or by one that merely counts.
 */
import { printable } from "../../containers/refusal.js";
import { CellProblem, cellProblem, isEmpty, type LogRow } from "./log-features.js";

/** Seconds since 1970 have been above it since 1973; no episode has so many steps. */
const LIKE_A_TIME = 1e8;

/** The places in a row of the columns that say the step and that count something nothing names. */
interface StepColumns {
  readonly step: number | undefined;
  readonly counter: number | undefined;
}

export class StepCounter {
  /** @param columns of a row's cells, in their order; @param leaveAside what to do so that a column is not read as steps */
  constructor(
    private readonly columns: readonly string[],
    private readonly places: StepColumns,
    private readonly leaveAside: (column: string) => string,
  ) {}

  /** The name of the column that counts. */
  get counterName(): string {
    return printable(this.columns[this.places.counter!]!);
  }

  /** What the row's column of steps says; undefined without one. @throws CellProblem for what is no whole number */
  stepOf(cells: readonly unknown[]): number | undefined {
    const { step } = this.places;
    if (step === undefined) return undefined;
    const cell = cells[step];
    if (Number.isSafeInteger(cell)) return cell as number;
    const { message } = cellProblem(this.columns[step]!, cell, "a whole number");
    throw new CellProblem(isEmpty(cell) ? message : `${message}; timestamps are no step numbers: ${this.aside}`);
  }

  /** What a column counts in a row, whether it is named as the step or not. */
  countOf({ cells }: LogRow): number | undefined {
    const { step } = this.places;
    if (step === undefined) return this.counterOf(cells);
    const cell = cells[step];
    return typeof cell === "number" ? cell : undefined;
  }

  counterOf(cells: readonly unknown[]): number | undefined {
    const { counter } = this.places;
    const cell = counter === undefined ? undefined : cells[counter];
    return typeof cell === "number" ? cell : undefined;
  }

  /** What is wrong with a step that is not the one which comes next, and what to do, to follow "row 3 is". */
  problem(found: number, expected: number, episode: string): string {
    const told = `step ${found} of episode ${episode}, but step ${expected} comes next`;
    if (found > expected && found >= LIKE_A_TIME) return `${told}; timestamps are no step numbers: ${this.aside}`;
    return `${told}; sort the rows by episode and step, and add the missing ones or remove those that are there twice, or, if these are no step numbers, ${this.aside}`;
  }

  private get aside(): string {
    return this.leaveAside(this.columns[this.places.step!]!);
  }
}
