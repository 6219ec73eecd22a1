/**
 * A log's columns checked against the mapping: which there are, where each stands in a row, and what a row says.
 */

import { DataError, unknownName } from "../../../errors.js";
import { shown } from "../../../requirement.js";
import { printable, quoted } from "../../containers/refusal.js";
import { actionIndexProblem, isActionCount } from "../../discrete-actions.js";
import type { ReadingNotes } from "../../reading-notes.js";
import { type ActionBounds, boundsOf } from "../../transform.js";
import { EndEvidence } from "../end-evidence.js";
import type { ReadOptions } from "../format.js";
import type { RowEnding, RowProblem } from "../step-rows.js";
import { counterColumn, nextColumn, successColumn, unusedFlags } from "./log-columns.js";
import { EndCells, endColumns, rowsAreEpisodes } from "./log-ends.js";
import { CellProblem, columnsIn, Features, flagIn, type LogRow, type LogTable } from "./log-features.js";
import { type LogMapping, usualColumns } from "./log-mapping.js";

export type EpisodeName = string | number;

/** What one row says; the arrays are filled anew by the next row. */
export interface StepCells {
  readonly step: number | undefined;
  /** What a column counts that nothing names as the step: rows of an episode do not fall back. */
  readonly counter: number | undefined;
  readonly observation: Float32Array;
  /** Undefined in a row that only holds the last observation. */
  readonly action: Float32Array | undefined;
  readonly reward: number;
  readonly ending: RowEnding;
  /** Whether it says that the episode succeeded; only where rewards are made from that. */
  readonly success: boolean;
  readonly nextObservation: Float32Array | undefined;
}

/** The next step that works wherever the log was named: few verbs take a mapping, all of them the converted data. */
const otherNames =
  "tells other names: calql data convert FILE out.calql --mapping MAP writes data that every verb reads.";

export class LogLayout {
  /** All columns that are read, in the order of a row's cells. */
  readonly columns: string[] = [];
  readonly discreteActions: number | undefined;
  private readonly ends: EndCells;
  private readonly episode: number | undefined;
  private readonly reward: number | undefined;
  private readonly success: number | undefined;
  private readonly step: number | undefined;
  private readonly counter: number | undefined;
  private readonly observation: Features;
  private readonly action: Features;
  private readonly next: Features | undefined;
  /** Columns that nothing uses and that may be flags, and where they begin. */
  private readonly flags: readonly string[];
  private readonly firstFlag: number;
  private observed = new Float32Array(0);
  private acted = new Float32Array(0);
  private after = new Float32Array(0);

  /** @throws DataError when a column that is needed or named is not there, or contradicts another */
  constructor(
    private readonly table: LogTable,
    private readonly mapping: LogMapping,
    private readonly options: ReadOptions,
  ) {
    const features = (what: LogMapping["observation"], always = false) => {
      const made = new Features(what, this.columns.length, options.allowNonFinite ?? false);
      for (const column of made.columns) this.place(column, always);
      return made;
    };
    const usual = (name: string | undefined, fallback: string) =>
      name ?? (table.columns.includes(fallback) ? fallback : undefined);
    const optional = (column: string | undefined) => (column === undefined ? undefined : this.place(column));
    const isBandit = rowsAreEpisodes(table, mapping);
    this.episode = isBandit ? undefined : this.place(mapping.episode, true);
    this.step = isBandit ? undefined : optional(usual(mapping.step, usualColumns.step));
    this.success = optional(successColumn(table, options));
    const stored = table.columns.includes(mapping.reward) && !options.ignore?.includes(mapping.reward);
    this.reward = options.successReward === undefined || stored ? this.place(mapping.reward) : undefined;
    this.observation = features(mapping.observation, true);
    this.action = features(mapping.action);
    const { ignore = [] } = options;
    const told = mapping.nextObservation ?? nextColumn(table, this.columns, ignore);
    const isIgnored = told !== undefined && columnsIn(told).some((column) => ignore.includes(column));
    this.next = told === undefined || isIgnored ? undefined : features(told);
    const counts = isBandit || this.step !== undefined ? undefined : counterColumn(table, this.columns, ignore);
    this.counter = optional(counts);
    const ends = endColumns(table, mapping, [...this.columns], options);
    this.ends = new EndCells(ends, table, (column) => this.place(column), options);
    this.discreteActions = this.countActions(mapping);
    this.firstFlag = this.columns.length;
    this.flags = isBandit ? [] : unusedFlags(table, this.columns, options);
    this.columns.push(...this.flags);
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

  /** What to do where rows contradict each other, besides repairing them: the columns may be taken for what they are not. */
  stepsFor({ of }: RowProblem): string {
    if (of === "reward") return "";
    if (of === undefined) return this.ends.ignoring(this.mapping);
    return `, take the rows as they follow each other with --ignore ${printable(this.next!.columns[0]!)}`;
  }

  /** The column of rewards. */
  get rewardName(): string {
    return this.mapping.reward;
  }

  /** Whether each row is an episode of its own. */
  get rowsAreEpisodes(): boolean {
    return this.episode === undefined;
  }

  /** What rows say about columns that nothing uses, for one pass over them. */
  endEvidence(): EndEvidence {
    return new EndEvidence(this.flags, this.firstFlag);
  }

  /** After that pass. @throws DataError where such a column is the only mark of the task's end */
  judge(evidence: EndEvidence, notes: ReadingNotes): void {
    const steps = (column: string) =>
      `name it in the mapping (terminated: ${printable(column)}, or done: ${printable(column)} where the clock ended some)`;
    evidence.end(this.table.where, this.ends.tellTaskEnds, steps, notes);
  }

  /** What was assumed about the columns. */
  note(notes: ReadingNotes): void {
    this.ends.note(notes, this.mapping);
    const [next] = this.next?.columns ?? [];
    if (next !== undefined && next !== usualColumns.nextObservation && this.mapping.nextObservation === undefined)
      notes.say(`the column ${quoted(next)} was read as the next observation`);
  }

  /** Which episode a row belongs to. @throws CellProblem */
  episodeOf({ cells, number }: LogRow): EpisodeName {
    if (this.episode === undefined) return number;
    const cell = cells[this.episode];
    if (typeof cell === "string") return cell;
    if (typeof cell !== "number" || !Number.isFinite(cell))
      throw this.problem(this.episode, cell, "the text or number of an episode");
    if (Number.isInteger(cell) && !Number.isSafeInteger(cell))
      throw this.problem(this.episode, cell, "a number below 2^53, or a text (larger ones cannot be told apart),");
    return cell;
  }

  /** @param steps of the row's episode, with that of the row; @throws CellProblem */
  read({ cells }: LogRow, steps: number): StepCells {
    this.observation.read(cells, this.observed);
    const acts = !this.action.isAbsent(cells);
    if (acts) this.readAction(cells);
    const hasNext = this.next !== undefined && !this.next.isAbsent(cells);
    if (hasNext) this.readNext(cells);
    return {
      step: this.step === undefined ? undefined : this.stepOf(cells[this.step]),
      counter: this.counterOf(cells),
      observation: this.observed,
      action: acts ? this.acted : undefined,
      reward:
        this.reward === undefined
          ? 0
          : this.rewardOf(this.reward, cells[this.reward], acts && this.options.successReward === undefined),
      ending: this.ends.read(cells, steps),
      success: this.success !== undefined && flagIn(cells[this.success], this.columns[this.success]!),
      nextObservation: hasNext ? this.after : undefined,
    };
  }

  private readNext(cells: readonly unknown[]): void {
    try {
      this.next!.read(cells, this.after);
    } catch (error) {
      if (!(error instanceof CellProblem) || this.mapping.nextObservation !== undefined) throw error;
      const { message } = error;
      throw new CellProblem(`${message}, or say --ignore ${printable(this.next!.columns[0]!)} if it is something else`);
    }
  }

  private readAction(cells: readonly unknown[]): void {
    const chosen = this.discreteActions !== undefined && this.action.choices !== undefined;
    if (chosen) this.acted[0] = this.action.choice(cells);
    else this.action.read(cells, this.acted);
    if (this.discreteActions === undefined) return;
    const problem = actionIndexProblem(this.acted[0]!, this.discreteActions);
    if (problem) throw new CellProblem(`column ${quoted(this.action.columns[0]!)} ${problem}`);
  }

  /** What a column counts in a row, whether it is named as the step or not. */
  countOf({ cells }: LogRow): number | undefined {
    const cell = this.step === undefined ? this.counterOf(cells) : cells[this.step];
    return typeof cell === "number" ? cell : undefined;
  }

  /** The name of the column that counts. */
  get counterName(): string {
    return printable(this.columns[this.counter!]!);
  }

  private counterOf(cells: readonly unknown[]): number | undefined {
    const cell = this.counter === undefined ? undefined : cells[this.counter];
    return typeof cell === "number" ? cell : undefined;
  }

  private stepOf(cell: unknown): number {
    if (Number.isSafeInteger(cell)) return cell as number;
    throw this.problem(this.step!, cell, "a whole number");
  }

  /** @param needed else an empty cell is as good as 0 */
  private rewardOf(index: number, cell: unknown, needed: boolean): number {
    if (!needed && (cell === null || cell === undefined || Number.isNaN(cell))) return 0;
    const { allowNonFinite = false } = this.options;
    if (typeof cell === "boolean") return Number(cell);
    if (typeof cell === "number" && (allowNonFinite || Number.isFinite(Math.fround(cell)))) return cell;
    if (allowNonFinite && (cell === null || cell === undefined)) return Number.NaN;
    throw this.problem(index, cell, "a finite number");
  }

  private problem(index: number, cell: unknown, expected: string): CellProblem {
    const found = cell === undefined || cell === null ? "empty" : printable(shown(cell));
    return new CellProblem(`column ${quoted(this.columns[index]!)} is ${found} where ${expected} belongs`);
  }

  /** Notes a column as one to read; `always`: every row has it. */
  private place(column: string, always = false): number {
    const { columns, where, isComplete } = this.table;
    if ((always || isComplete) && !columns.includes(column)) {
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
      this.action.measure(row.cells);
      break;
    }
    if (first === undefined) throw new DataError(`${where} holds no rows; record some steps first.`);
    const { columns } = this.action;
    if (this.action.size === 0)
      throw new DataError(
        `${where}: no ${unit} has a value in ${columns.map(quoted).join(", ")}, where the action belongs; a mapping file ${otherNames}`,
      );
    this.measureNext();
    if (this.discreteActions !== undefined && this.action.choices === undefined && this.action.size !== 1)
      throw new DataError(
        `${where}: a choice among ${this.discreteActions} actions is one number a row, but the action has ${this.action.size}; leave the count out of the mapping.`,
      );
    this.observed = new Float32Array(this.observation.size);
    this.acted = new Float32Array(this.actionSize);
    this.after = new Float32Array(this.observation.size);
  }

  /** By the first row that has a next observation. @throws DataError where it is none of these observations */
  private measureNext(): void {
    const { next, observation, table } = this;
    if (next === undefined) return;
    for (const { cells } of table.rows(this.columns)) {
      if (next.isAbsent(cells)) continue;
      next.measure(cells);
      if (next.size === observation.size) return;
      const name = next.columns[0]!;
      throw new DataError(
        `${table.where}: ${quoted(name)} has ${next.size} numbers where the observation has ${observation.size}, so that it is not the observation after it; name that one in the mapping (nextObservation), or say --ignore ${printable(name)}.`,
      );
    }
  }
}

function discreteIn({ actions }: LogMapping): number | undefined {
  return actions !== undefined && "discrete" in actions ? actions.discrete : undefined;
}
