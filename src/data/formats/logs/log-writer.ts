/**
 * Writes episodes as a log in the usual columns, as lines of JSON or as a Parquet table. An episode of T steps takes
 * T rows and one without action and reward, which holds the last observation, so that every number comes back.
 */

import { UsageError } from "../../../errors.js";
import { checkWritable, endProblem } from "../../check-episode.js";
import { requireVector } from "../../columns.js";
import { writeParquet } from "../../containers/parquet/parquet-writer.js";
import { stateOf } from "../../episode.js";
import type { DatasetHeader } from "../../episode-source.js";
import { hasMask, LEGAL } from "../../legal-actions.js";
import type { DataTarget, EpisodeSink } from "../format.js";
import { DISCRETE_ACTIONS } from "./log-jsonl.js";
import { DISCRETE_ACTIONS_KEY } from "./log-parquet.js";

/** One row of a log. */
interface WrittenRow {
  readonly episode: number;
  readonly step: number;
  readonly observation: Float32Array;
  /** The mask of legal actions, where observations have one. */
  readonly legal: Float32Array | null;
  /** Null, as is the reward, in the row that only holds the last observation. */
  readonly action: Float32Array | null;
  readonly reward: number | null;
  /** Likewise, and where the data have none. */
  readonly propensity: number | null;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

export async function createJsonLines(target: DataTarget, header: DatasetHeader): Promise<EpisodeSink> {
  const file = target.create("log.jsonl");
  const encoder = new TextEncoder();
  let first = true;
  const writeRow = (row: WrittenRow) => {
    const count =
      first && header.discreteActions !== undefined ? `"${DISCRETE_ACTIONS}":${header.discreteActions},` : "";
    first = false;
    const number = (value: number) => jsonNumber(value, target.name);
    const list = (values: Float32Array) => `[${Array.from(values, number).join(",")}]`;
    const fields = [
      `"episode":${row.episode},"step":${row.step},"observation":${list(row.observation)}`,
      ...(row.legal ? [`"legal":${list(row.legal)}`] : []),
      `"action":${row.action && list(row.action)},"reward":${row.reward === null ? null : number(row.reward)}`,
      `"terminated":${row.terminated},"truncated":${row.truncated}`,
      ...(row.propensity === null ? [] : [`"propensity":${number(row.propensity)}`]),
    ];
    file.append(encoder.encode(`{${count}${fields.join(",")}}\n`));
  };
  return sinkOf(target, header, writeRow, () => file.close());
}

export async function createParquetLog(target: DataTarget, header: DatasetHeader): Promise<EpisodeSink> {
  const { discreteActions, hasPropensities } = header;
  const isMasked = hasMask(header);
  const table = writeParquet(
    target.create("log.parquet"),
    [
      { name: "episode", type: "int64" },
      { name: "step", type: "int64" },
      { name: "observation", type: "float32", list: true },
      { name: "action", type: "float32", list: true, optional: true },
      { name: "reward", type: "float32", optional: true },
      { name: "terminated", type: "boolean" },
      { name: "truncated", type: "boolean" },
      ...(hasPropensities ? [{ name: "propensity", type: "float32", optional: true } as const] : []),
      ...(isMasked ? [{ name: "legal", type: "float32", list: true } as const] : []),
    ],
    discreteActions === undefined ? {} : { [DISCRETE_ACTIONS_KEY]: String(discreteActions) },
  );
  const writeRow = (row: WrittenRow) =>
    table.add([
      BigInt(row.episode),
      BigInt(row.step),
      Array.from(row.observation),
      row.action && Array.from(row.action),
      row.reward,
      row.terminated,
      row.truncated,
      ...(hasPropensities ? [row.propensity] : []),
      ...(isMasked ? [Array.from(row.legal!)] : []),
    ]);
  return sinkOf(target, header, writeRow, () => table.finish());
}

function sinkOf(
  target: DataTarget,
  header: DatasetHeader,
  writeRow: (row: WrittenRow) => void,
  finish: () => void,
): EpisodeSink {
  const { actionSize, discreteActions = 0, source } = header;
  const { [LEGAL]: _, ...others } = header.observations;
  const isMasked = hasMask(header);
  const observationSize = requireVector({ source, observations: isMasked ? others : header.observations }, "a log");
  let count = 0;
  return {
    async write(episode) {
      checkWritable(header, episode, count, ` to "${target.name}" as rows`, endProblem);
      const take = (values: Float32Array, row: number, size: number) => values.subarray(row * size, (row + 1) * size);
      for (let step = 0; step <= episode.length; step++) {
        const last = step === episode.length - 1;
        writeRow({
          episode: count,
          step,
          observation: take(stateOf(episode.observations), step, observationSize),
          legal: isMasked ? take(episode.observations[LEGAL] as Float32Array, step, discreteActions) : null,
          action: step < episode.length ? take(episode.actions, step, actionSize) : null,
          reward: step < episode.length ? episode.rewards[step]! : null,
          propensity: episode.propensities?.[step] ?? null,
          terminated: episode.terminated[step] === 1,
          truncated: last && episode.truncated && episode.terminated[step] !== 1,
        });
      }
      count++;
    },
    async finish() {
      finish();
    },
  };
}

/** Fewest decimals that give the same float32 again: 0.1 and not 0.10000000149011612. */
function jsonNumber(value: number, name: string): string {
  if (!Number.isFinite(value))
    throw new UsageError(`"${name}" cannot hold ${value}, for which JSON has no number; write a Parquet file.`);
  if (Object.is(value, -0)) return "-0";
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}
