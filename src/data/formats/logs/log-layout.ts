/**
 * A log's columns checked against the mapping: which there are, where each stands in a row, and what a row says.
 */

import { DataError, UsageError } from "../../../errors.js";
import type { ObservationParts } from "../../columns.js";
import { listed, printable, quoted } from "../../containers/refusal.js";
import { actionIndexProblem } from "../../discrete-actions.js";
import type { NumberNames } from "../../episode.js";
import { LEGAL, legalPart } from "../../legal-actions.js";
import { propensityProblem } from "../../propensities.js";
import type { ReadingNotes } from "../../reading-notes.js";
import { type ActionBounds, boundsOf } from "../../transform.js";
import { EndEvidence } from "../end-evidence.js";
import type { ReadOptions } from "../format.js";
import type { RowEnding, RowProblem } from "../step-rows.js";
import { checkColumns, lastRowsEnd, leaveAside, namedColumns, notThere, rowsAreEpisodes } from "./log-columns.js";
import { EndCells, endColumns } from "./log-ends.js";
import { EpisodeCells } from "./log-episodes.js";
import { CellProblem, cellProblem, columnsIn, Features, flagIn, type LogRow, type LogTable } from "./log-features.js";
import { DISCRETE_ACTIONS } from "./log-jsonl.js";
import { LegalCells, legalColumn } from "./log-legal.js";
import { type LogFeature, type LogLegal, type LogMapping, usualColumns } from "./log-mapping.js";
import { without } from "./log-nested.js";
import { actionCount, measureFeatures } from "./log-sizes.js";
import { StepCounter } from "./log-steps.js";
import { counterColumn, nextColumn, successColumn, unusedFlags } from "./log-unnamed-columns.js";

/** What one row says; the arrays are filled anew by the next row. */
export interface StepCells {
  readonly step: number | undefined;
  /** What a column counts that nothing names as the step: rows of an episode do not fall back. */
  readonly counter: number | undefined;
  readonly observation: Float32Array;
  /** Undefined in a row that only holds the last observation. */
  readonly action: Float32Array | undefined;
  /** How likely the action was; undefined without one, and where no column says it. */
  readonly propensity: number | undefined;
  readonly reward: number;
  readonly ending: RowEnding;
  /** The column that marks it as an end. */
  readonly markedBy: string | undefined;
  /** Whether it says that the episode succeeded; only where rewards are made from that. */
  readonly success: boolean;
  readonly nextObservation: Float32Array | undefined;
  /** Which actions were legal before the action [actions], where a column says it. */
  readonly legal: Float32Array | undefined;
}

export class LogLayout {
  /** All columns that are read, in the order of a row's cells. */
  readonly columns: string[] = [];
  readonly discreteActions: number | undefined;
  /** Whether the last row of an episode ends the task where no column says that the clock did. */
  readonly lastRowsEnd: boolean;
  /** Whether each row is an episode of its own. */
  readonly rowsAreEpisodes: boolean;
  private readonly ends: EndCells;
  /** To which episode rows belong, and in which order. */
  readonly episodes: EpisodeCells;
  /** The steps that rows are. */
  readonly steps: StepCounter;
  private readonly reward: number | undefined;
  private readonly propensity: number | undefined;
  private readonly legal: LegalCells | undefined;
  private readonly success: number | undefined;
  /** Columns that the mapping names and no row has had so far, by their places. */
  private readonly unseen = new Map<number, string>();
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
    checkColumns(table, mapping, options);
    const features = (what: LogFeature | readonly LogFeature[]) => {
      const made = new Features(what, this.columns.length, options.allowNonFinite ?? false);
      for (const column of made.columns) this.place(column);
      return made;
    };
    const usual = <Name>(name: Name | undefined, fallback: string) =>
      name ?? (table.columns.includes(fallback) && !options.ignore?.includes(fallback) ? fallback : undefined);
    const optional = (column: string | undefined) => (column === undefined ? undefined : this.place(column));
    this.rowsAreEpisodes = rowsAreEpisodes(table, mapping);
    this.lastRowsEnd = lastRowsEnd(table, mapping);
    const episode = optional(usual(mapping.episode, usualColumns.episode));
    const step = this.rowsAreEpisodes ? undefined : optional(usual(mapping.step, usualColumns.step));
    this.episodes = new EpisodeCells(this.columns, { episode, order: optional(mapping.order) }, this.rowsAreEpisodes);
    this.success = optional(successColumn(table, options));
    const reward = this.rewardName;
    const { ignore = [] } = options;
    const stored = table.columns.includes(reward) && !ignore.includes(reward);
    this.reward = options.successReward === undefined || stored ? this.place(reward) : undefined;
    this.observation = features(mapping.observation ?? usualColumns.observation);
    this.action = features(mapping.action ?? usualColumns.action);
    this.discreteActions = actionCount(this.action, table, mapping);
    this.propensity = optional(this.propensityColumn(usual(mapping.propensity, usualColumns.propensity)));
    this.legal = this.legalCells(usual(mapping.legal, usualColumns.legal));
    const told = mapping.nextObservation ?? nextColumn(table, this.columns, ignore);
    const isIgnored = told !== undefined && columnsIn(told).some((column) => ignore.includes(column));
    this.next = told === undefined || isIgnored ? undefined : features(told);
    const counts = this.rowsAreEpisodes || step !== undefined ? undefined : counterColumn(table, this.columns, ignore);
    const aside = (column: string) => leaveAside(column, table, mapping);
    this.steps = new StepCounter(this.columns, { step, counter: optional(counts) }, aside);
    const ends = endColumns(table, mapping, [...this.columns], options);
    this.ends = new EndCells(ends, table, mapping, (column) => this.place(column), options);
    this.firstFlag = this.columns.length;
    this.flags = this.rowsAreEpisodes ? [] : unusedFlags(table, this.columns, options, this.lastRowsEnd);
    this.columns.push(...this.flags);
    const { observation, action, next } = this;
    measureFeatures({ observation, action, next, discreteActions: this.discreteActions }, table, this.columns);
    this.observed = new Float32Array(observation.size);
    this.acted = new Float32Array(this.actionSize);
    this.after = new Float32Array(observation.size);
    for (const column of namedColumns(table, mapping).keys())
      if (!table.columns.includes(column)) this.unseen.set(this.columns.indexOf(column), column);
  }

  get observationSize(): number {
    return this.observation.size;
  }

  /** What observations have besides the vector. */
  get otherParts(): ObservationParts {
    return this.legal ? { [LEGAL]: legalPart(this.discreteActions!) } : {};
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

  /** What the numbers of observations and actions are. */
  get names(): NumberNames {
    const { observation, action, discreteActions } = this;
    const actions = discreteActions === undefined || action.choices !== undefined ? action.names : undefined;
    return { observations: observation.names, ...(actions && { actions }) };
  }

  /** Whether every action has its propensity. */
  get hasPropensities(): boolean {
    return this.propensity !== undefined;
  }

  get actionSize(): number {
    return this.discreteActions === undefined ? this.action.size : 1;
  }

  /** What to do where rows contradict each other, besides repairing them: the columns may be taken for what they are not. */
  stepsFor({ of }: RowProblem): string {
    if (of === "reward") return "";
    const { interleaved, order } = this.mapping;
    const sorting =
      interleaved && order === undefined && !this.table.isMapped
        ? ', name a column of times to sort the rows by in the mapping ("order: NAME")'
        : "";
    if (of !== "next observation") return `${this.ends.ignoring}${sorting}`;
    const aside = leaveAside(this.next!.columns[0]!, this.table, this.mapping);
    return `, ${aside} to take the rows as they follow each other`;
  }

  /** The column of rewards. */
  get rewardName(): string {
    return this.mapping.reward ?? usualColumns.reward;
  }

  /** What rows say about columns that nothing uses, for one pass over them. */
  endEvidence(): EndEvidence {
    return new EndEvidence(this.flags, this.firstFlag);
  }

  /** After that pass. @throws DataError where such a column is the only mark of the task's end, or is set within an episode */
  judge(evidence: EndEvidence, notes: ReadingNotes): void {
    const steps = (column: string) =>
      `name it in the mapping (terminated: ${printable(column)}, or done: ${printable(column)} where the clock ended some)`;
    evidence.refuseWithin(this.table.where, steps);
    if (!this.lastRowsEnd) evidence.end(this.table.where, this.ends.tellTaskEnds, steps, notes);
  }

  /** What was assumed about the columns. */
  note(notes: ReadingNotes): void {
    this.ends.note(notes);
    const [next] = this.next?.columns ?? [];
    if (next !== undefined && next !== usualColumns.nextObservation && this.mapping.nextObservation === undefined)
      notes.say(`the column ${quoted(next)} was read as the next observation`);
    const { table, options, columns } = this;
    const used = columns.filter((name) => !this.flags.includes(name));
    const left = [...used, ...(options.ignore ?? []), DISCRETE_ACTIONS];
    const unused = table.isMapped ? [] : without(table.columns, left).filter((name) => name !== "");
    if (unused.length > 0) notes.say(`not used: ${listed(unused)}`);
  }

  /** After the last row. @throws DataError for a column that the mapping names and no row had */
  end(): void {
    for (const column of this.unseen.values())
      throw new DataError(notThere(this.table, column, namedColumns(this.table, this.mapping).get(column)!));
  }

  /**
   * @param steps of the row's episode, with that of the row
   * @param before the mask of its row before
   * @throws CellProblem
   */
  read({ cells }: LogRow, steps: number, before?: Float32Array): StepCells {
    if (this.unseen.size > 0)
      for (const place of this.unseen.keys()) if (cells[place] !== undefined) this.unseen.delete(place);
    this.observation.read(cells, this.observed);
    const acts = !this.action.isAbsent(cells);
    if (acts) this.readAction(cells);
    const hasNext = this.next !== undefined && !this.next.isAbsent(cells);
    if (hasNext) this.readNext(cells);
    return {
      step: this.steps.stepOf(cells),
      counter: this.steps.counterOf(cells),
      observation: this.observed,
      action: acts ? this.acted : undefined,
      propensity: acts && this.propensity !== undefined ? this.propensityIn(cells[this.propensity]) : undefined,
      reward:
        this.reward === undefined
          ? 0
          : this.rewardOf(this.reward, cells[this.reward], acts && this.options.successReward === undefined),
      ending: this.ends.read(cells, steps),
      markedBy: this.ends.markedBy,
      success: this.success !== undefined && this.succeeds(cells, this.success),
      nextObservation: hasNext ? this.after : undefined,
      legal: this.legal?.read(cells, acts ? this.acted[0] : undefined, before),
    };
  }

  private succeeds(cells: readonly unknown[], success: number): boolean {
    return flagIn(cells[success], this.columns[success]!, () => "name another with --reward success:COLUMN");
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

  /** Of vectors there is no probability, only a density: a column that is merely called so is left alone. */
  private propensityColumn(column: string | undefined): string | undefined {
    return this.ofChoices(column, "propensity");
  }

  /** @throws UsageError where the mapping names what vectors have not; undefined where they have a column of that name */
  private ofChoices<Told>(told: Told | undefined, key: "propensity" | "legal"): Told | undefined {
    if (this.discreteActions !== undefined || told === undefined) return told;
    if (this.mapping[key] === undefined) return undefined;
    throw new UsageError(
      `The mapping says ${key === "legal" ? "which actions are legal" : "the propensity"} (${key}), and the actions of ${this.table.where} are vectors, which have none of that; say among how many actions the rows choose (actions: {discrete: N}), or take ${key} out of the mapping.`,
    );
  }

  private legalCells(legal: LogLegal | undefined): LegalCells | undefined {
    const told = this.ofChoices(legal, "legal");
    if (told === undefined) return undefined;
    const { column, as } = legalColumn(told);
    const aside =
      this.mapping.legal === undefined ? `, or say --ignore ${printable(column)} if it is something else` : "";
    const { discreteActions, action } = this;
    return new LegalCells({
      ...{ column, as, aside, place: this.place(column), actions: discreteActions! },
      categories: action.numbers,
    });
  }

  private propensityIn(cell: unknown): number {
    const column = this.columns[this.propensity!]!;
    if (typeof cell !== "number") throw cellProblem(column, cell, "a probability above 0 and at most 1");
    const problem = propensityProblem(cell);
    if (problem === undefined) return cell;
    const aside =
      this.mapping.propensity === undefined ? ` (or say --ignore ${printable(column)} if it is something else)` : "";
    throw new CellProblem(`column ${quoted(column)} ${problem}${aside}`);
  }

  /** @param needed else an empty cell is as good as 0 */
  private rewardOf(index: number, cell: unknown, needed: boolean): number {
    if (!needed && (cell === null || cell === undefined || Number.isNaN(cell))) return 0;
    const { allowNonFinite = false } = this.options;
    if (typeof cell === "boolean") return Number(cell);
    if (typeof cell === "number" && (allowNonFinite || Number.isFinite(Math.fround(cell)))) return cell;
    if (allowNonFinite && (cell === null || cell === undefined)) return Number.NaN;
    throw cellProblem(this.columns[index]!, cell, "a finite number", "repair or remove the row");
  }

  /** Notes a column as one to read. */
  private place(column: string): number {
    return this.columns.push(column) - 1;
  }
}
