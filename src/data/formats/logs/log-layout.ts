/**
 * A log's columns checked against the mapping: which there are, where each stands in a row, and what a row says.
 */

import { DataError, unknownName } from "../../../errors.js";
import { shown } from "../../../requirement.js";
import { printable, quoted } from "../../containers/refusal.js";
import { actionIndexProblem, isActionCount } from "../../discrete-actions.js";
import { type ActionBounds, boundsOf } from "../../transform.js";
import type { RowEnding } from "../step-rows.js";
import { atRow, CellProblem, Features, type LogRow, type LogTable } from "./log-features.js";
import { type LogMapping, usualColumns } from "./log-mapping.js";

/** What one row says; the arrays are filled anew by the next row. */
export interface StepCells {
  readonly episode: string | number;
  readonly step: number | undefined;
  readonly observation: Float32Array;
  /** Undefined in a row that only holds the last observation. */
  readonly action: Float32Array | undefined;
  readonly reward: number;
  readonly ending: RowEnding;
  readonly nextObservation: Float32Array | undefined;
}

/** The next step that works wherever the log was named: few verbs take a mapping, all of them the converted data. */
const otherNames =
  "tells other names: calql data convert FILE out.calql --mapping MAP writes data that every verb reads.";

export class LogLayout {
  /** All columns that are read, in the order of a row's cells. */
  readonly columns: string[] = [];
  readonly discreteActions: number | undefined;
  private readonly episode: number;
  private readonly reward: number;
  private readonly step: number | undefined;
  private readonly terminated: number | undefined;
  private readonly truncated: number | undefined;
  private readonly observation: Features;
  private readonly action: Features;
  private readonly next: Features | undefined;
  private observed = new Float32Array(0);
  private acted = new Float32Array(0);
  private after = new Float32Array(0);

  /** @throws DataError when a column that is needed or named is not there */
  constructor(
    private readonly table: LogTable,
    private readonly mapping: LogMapping,
    private readonly allowNonFinite: boolean,
  ) {
    const features = (what: LogMapping["observation"], always = false) => {
      const made = new Features(what, this.columns.length, allowNonFinite);
      for (const column of made.columns) this.place(column, always);
      return made;
    };
    const usual = (name: string | undefined, fallback: string) => {
      const column = name ?? (table.columns.includes(fallback) ? fallback : undefined);
      return column === undefined ? undefined : this.place(column);
    };
    this.episode = this.place(mapping.episode, true);
    this.reward = this.place(mapping.reward);
    this.step = usual(mapping.step, usualColumns.step);
    // JSON writers leave out a flag that is not set, so that the first line need not have it.
    this.terminated = usual(mapping.terminated, usualColumns.terminated);
    this.truncated = usual(mapping.truncated, usualColumns.truncated);
    this.observation = features(mapping.observation, true);
    this.action = features(mapping.action);
    const next = table.columns.includes(usualColumns.nextObservation) ? usualColumns.nextObservation : undefined;
    const told = mapping.nextObservation ?? next;
    this.next = told === undefined ? undefined : features(told);
    this.discreteActions = this.countActions(mapping);
    this.measure();
  }

  get observationSize(): number {
    return this.observation.size;
  }

  /**
   * The bounds that the mapping says.
   * @throws UsageError where there are not as many as an action has numbers, or one is not below the other
   */
  get actionBounds(): ActionBounds | undefined {
    const { actions } = this.mapping;
    if (actions === undefined || "discrete" in actions || this.discreteActions !== undefined) return undefined;
    return boundsOf(actions.low, actions.high, this.actionSize, "the mapping of columns");
  }

  get actionSize(): number {
    return this.discreteActions === undefined ? this.action.size : 1;
  }

  /** @throws DataError naming the row and the column */
  read(row: LogRow): StepCells {
    return atRow(this.table.where, this.table.unit, row.number, () => this.cellsOf(row.cells));
  }

  private cellsOf(cells: readonly unknown[]): StepCells {
    this.observation.read(cells, this.observed);
    const acts = !this.action.isAbsent(cells);
    if (acts) this.readAction(cells);
    const hasNext = this.next !== undefined && !this.next.isAbsent(cells);
    if (hasNext) this.next!.read(cells, this.after);
    return {
      episode: this.episodeOf(cells[this.episode]),
      step: this.step === undefined ? undefined : this.stepOf(cells[this.step]),
      observation: this.observed,
      action: acts ? this.acted : undefined,
      reward: acts ? this.rewardOf(cells[this.reward]) : 0,
      ending: this.endingOf(cells),
      nextObservation: hasNext ? this.after : undefined,
    };
  }

  private readAction(cells: readonly unknown[]): void {
    const chosen = this.discreteActions !== undefined && this.action.choices !== undefined;
    if (chosen) this.acted[0] = this.action.choice(cells);
    else this.action.read(cells, this.acted);
    if (this.discreteActions === undefined) return;
    const problem = actionIndexProblem(this.acted[0]!, this.discreteActions);
    if (problem) throw new CellProblem(`column ${quoted(this.action.columns[0]!)} ${problem}`);
  }

  private episodeOf(cell: unknown): string | number {
    if (typeof cell === "string" || Number.isFinite(cell)) return cell as string | number;
    throw this.problem(this.episode, cell, "the text or number of an episode");
  }

  private stepOf(cell: unknown): number {
    if (Number.isSafeInteger(cell)) return cell as number;
    throw this.problem(this.step!, cell, "a whole number");
  }

  private rewardOf(cell: unknown): number {
    if (typeof cell === "boolean") return Number(cell);
    if (typeof cell === "number" && (this.allowNonFinite || Number.isFinite(Math.fround(cell)))) return cell;
    if (this.allowNonFinite && (cell === null || cell === undefined)) return Number.NaN;
    throw this.problem(this.reward, cell, "a finite number");
  }

  private endingOf(cells: readonly unknown[]): RowEnding {
    if (this.flag(cells, this.terminated)) return "terminated";
    return this.flag(cells, this.truncated) ? "truncated" : "goes on";
  }

  private flag(cells: readonly unknown[], index: number | undefined): boolean {
    const cell = index === undefined ? false : cells[index];
    if (cell === true || cell === 1) return true;
    if (cell === false || cell === 0 || cell === null || cell === undefined) return false;
    throw this.problem(index!, cell, "true or false");
  }

  private problem(index: number, cell: unknown, expected: string): CellProblem {
    const found = cell === undefined || cell === null ? "empty" : printable(shown(cell));
    return new CellProblem(`column ${quoted(this.columns[index]!)} is ${found} where ${expected} belongs`);
  }

  /** Notes a column as one to read; `always`: every row has it. */
  private place(column: string, always = false): number {
    const { columns, where, unit } = this.table;
    // Lines may leave out what is not set; the columns of a table are all there.
    if ((always || unit === "row") && !columns.includes(column)) {
      const { message } = unknownName("column", column, columns.slice(0, 30));
      throw new DataError(`${where}: ${printable(message).slice(0, 600)} A mapping file ${otherNames}`);
    }
    return this.columns.push(column) - 1;
  }

  private countActions(mapping: LogMapping): number | undefined {
    const count = discreteIn(mapping) ?? this.action.choices ?? this.table.discreteActions;
    if (count === undefined || isActionCount(count)) return count;
    throw new DataError(`${this.table.where} declares ${count} discrete actions; it must be a whole number from 1 on.`);
  }

  /** The first rows tell how many numbers the lists hold. */
  private measure(): void {
    const { where, unit } = this.table;
    let first: LogRow | undefined;
    for (const row of this.table.rows(this.columns)) {
      first ??= row;
      if (this.action.isAbsent(row.cells)) continue;
      this.observation.measure(first.cells);
      this.next?.measure(first.cells);
      this.action.measure(row.cells);
      break;
    }
    if (first === undefined) throw new DataError(`${where} holds no rows; record some steps first.`);
    const { columns } = this.action;
    if (this.action.size === 0)
      throw new DataError(
        `${where}: no ${unit} has a value in ${columns.map(quoted).join(", ")}, where the action belongs; a mapping file ${otherNames}`,
      );
    if (this.next && this.next.size !== this.observation.size) this.next.measure(this.nextFrom(first));
    if (this.discreteActions !== undefined && this.action.choices === undefined && this.action.size !== 1)
      throw new DataError(
        `${where}: a choice among ${this.discreteActions} actions is one number a row, but the action has ${this.action.size}; leave the count out of the mapping.`,
      );
    this.observed = new Float32Array(this.observation.size);
    this.acted = new Float32Array(this.actionSize);
    this.after = new Float32Array(this.observation.size);
  }

  /** The first row whose next observation is there. */
  private nextFrom(first: LogRow): readonly unknown[] {
    for (const row of this.table.rows(this.columns)) if (!this.next!.isAbsent(row.cells)) return row.cells;
    return first.cells;
  }
}

function discreteIn({ actions }: LogMapping): number | undefined {
  return actions !== undefined && "discrete" in actions ? actions.discrete : undefined;
}
