/**
 * How many numbers the observations and actions of a log have: the first rows that hold them tell.
 */

import { DataError } from "../../../errors.js";
import { printable, quoted } from "../../containers/refusal.js";
import { isActionCount } from "../../discrete-actions.js";
import { counted } from "../../figures.js";
import { MAPPING_STEP } from "./log-columns.js";
import type { Features, LogRow, LogTable } from "./log-features.js";
import type { LogMapping } from "./log-mapping.js";

/** What is measured. */
interface Measured {
  readonly observation: Features;
  readonly action: Features;
  readonly next: Features | undefined;
  readonly discreteActions: number | undefined;
}

/** @throws DataError for a log without rows or actions, or sizes that contradict each other */
export function measureFeatures(measured: Measured, table: LogTable, columns: readonly string[]): void {
  const { observation, action, discreteActions } = measured;
  const { where, unit } = table;
  let first: LogRow | undefined;
  for (const row of table.rows(columns)) {
    first ??= row;
    if (action.isAbsent(row.cells)) continue;
    observation.measure(first.cells);
    action.measure(row.cells);
    break;
  }
  if (first === undefined) throw new DataError(`${where} holds no rows; record some steps first.`);
  if (action.size === 0)
    throw new DataError(
      `${where}: no ${unit} has a value in ${action.columns.map(quoted).join(", ")}, where the action belongs; say in a mapping file MAP which column it is ("action: NAME"), ${MAPPING_STEP}`,
    );
  measureNext(measured, table, columns);
  if (discreteActions !== undefined && action.choices === undefined && action.size !== 1)
    throw new DataError(
      `${where}: a choice among ${discreteActions} actions is one number a row, but the action has ${action.size}; leave the count out of the mapping.`,
    );
}

/** By the first row that has a next observation. @throws DataError where it is none of these observations */
function measureNext({ next, observation }: Measured, table: LogTable, columns: readonly string[]): void {
  if (next === undefined) return;
  for (const { cells } of table.rows(columns)) {
    if (next.isAbsent(cells)) continue;
    next.measure(cells);
    if (next.size === observation.size) return;
    const name = next.columns[0]!;
    throw new DataError(
      `${table.where}: ${quoted(name)} has ${counted(next.size, "number")} where the observation has ${observation.size}, so that it is not the observation after it; name that one in the mapping (nextObservation), or say --ignore ${printable(name)}.`,
    );
  }
}

/** How many actions there are to choose from; undefined where actions are vectors. @throws DataError for no such number */
export function actionCount({ choices }: Features, table: LogTable, { actions }: LogMapping): number | undefined {
  const said = actions !== undefined && "discrete" in actions ? actions.discrete : undefined;
  const count = said ?? choices ?? table.discreteActions;
  if (count === undefined || isActionCount(count)) return count;
  throw new DataError(`${table.where} declares ${count} discrete actions; it must be a whole number from 1 on.`);
}
