/**
 * LeRobot datasets (Hugging Face), versions 2.x and 3.0: meta/info.json and Parquet tables of one frame per row. Frame
 * t has the observation before action t; next.reward is what action t earned. Videos and pictures are not read.
 *
 * - next.done ends an episode: terminated where next.success is true, else truncated. Without next.success it does not
 *   tell: LeRobot's own recorder of reinforcement learning (lerobot/rl/gym_manipulator.py) sets it for timeouts as well.
 * - One frame may follow it in the same episode, which holds only the last observation.
 * - Where nothing is marked, the last frame is terminated if next.success is true there; else the recording ended, and
 *   its last frame, whose next observation is unknown, holds only an observation, as a timeout of D4RL does.
 */

import { DataError } from "../../../errors.js";
import { vectorParts } from "../../columns.js";
import { type DataFiles, placeOf } from "../../containers/files.js";
import { type ColumnValues, openParquet, type ParquetBatch } from "../../containers/parquet/parquet.js";
import { quoted } from "../../containers/refusal.js";
import { actionIndexProblem } from "../../discrete-actions.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { ReadingNotes } from "../../reading-notes.js";
import { DoneMeaning } from "../done-meaning.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { StepEpisodes } from "../step-episodes.js";
import { StepRows } from "../step-rows.js";
import { EndMarks } from "./lerobot-ends.js";
import { type Feature, infoPath, type LeRobotInfo, readInfo } from "./lerobot-meta.js";

/** The dataset in these files. @throws DataError where they are not what meta/info.json states */
export function openLeRobot(files: DataFiles, options: ReadOptions): EpisodeSource {
  const info = readInfo(files, options.observationKeys);
  const { discreteActions } = info;
  return {
    source: files.name,
    observations: vectorParts(info.observations.reduce((sum, { width }) => sum + width, 0)),
    actionSize: info.action.width,
    discreteActions,
    steps: info.frames,
    async *episodes() {
      yield* new FrameReader(files, info, options).episodes();
    },
  };
}

/** Columns after the two that number the frames. */
const FIRST_FEATURE = 2;

/** Goes through all frames and gathers those of an episode. */
class FrameReader {
  private readonly names: readonly string[];
  private readonly observation: Float32Array;
  private readonly action: Float32Array;
  private readonly allowNonFinite: boolean;
  private readonly memory: EpisodeMemory;
  private rows: StepRows;
  private episode = -1;
  private frame = -1;
  private frames = 0;
  private made = 0;
  /** Whether the frame before ended the episode, and whether the last one was a success. */
  private ended = false;
  private success = false;

  constructor(
    private readonly files: DataFiles,
    private readonly info: LeRobotInfo,
    options: ReadOptions,
  ) {
    this.allowNonFinite = options.allowNonFinite ?? false;
    this.memory = new EpisodeMemory(`"${files.name}"`, options);
    const { observations, action, done, success } = info;
    this.names = [
      ...["episode_index", "frame_index"],
      ...observations.map(({ name }) => name),
      ...["action", "next.reward"],
      ...(done ? ["next.done"] : []),
      ...(success ? ["next.success"] : []),
    ];
    this.observation = new Float32Array(observations.reduce((sum, { width }) => sum + width, 0));
    this.action = new Float32Array(action.width);
    this.rows = this.newRows();
  }

  async *episodes(): AsyncGenerator<Episode> {
    for (const path of this.info.paths) {
      const where = `"${this.files.name}": ${placeOf(this.files, path)}`;
      const file = this.files.open(path);
      this.memory.addFile(file.size);
      for (const batch of (await openParquet(file, where)).batches(this.names))
        for (let row = 0; row < batch.rows; row++) yield* this.addFrame(batch, row, where);
    }
    yield* this.finish();
    const { episodes, frames } = this.info;
    const [found, told] = [`${this.episode + 1} episodes of ${this.frames} frames`, `${episodes} of ${frames}`];
    if (this.episode + 1 !== episodes || this.frames !== frames)
      throw new DataError(
        `"${this.files.name}" holds ${found}, but "${infoPath}" states ${told}; copy the dataset again, with all its files.`,
      );
    if (this.made === 0)
      throw new DataError(
        `"${this.files.name}" holds no step whose next observation is known; record longer episodes.`,
      );
  }

  private *addFrame({ firstRow, columns }: ParquetBatch, row: number, where: string): Generator<Episode> {
    const place = `${where}: row ${firstRow + row}`;
    const episode = this.whole(columns[0]!, row, place);
    if (episode !== this.episode) {
      if (episode !== this.episode + 1)
        throw new DataError(
          `${place} is of episode ${episode}, but ${this.episode + 1} comes next; copy the dataset again.`,
        );
      if (this.episode >= 0) yield* this.finish();
      [this.episode, this.frame, this.ended, this.success] = [episode, -1, false, false];
      this.rows = this.newRows();
    }
    const frame = this.whole(columns[1]!, row, place);
    if (frame !== this.frame + 1)
      throw new DataError(
        `${place} is frame ${frame} of episode ${episode}, but frame ${this.frame + 1} comes next; sort the frames, and add the missing ones.`,
      );
    this.frame = frame;
    this.frames++;
    this.readFrame(columns, row, place);
  }

  private readFrame(columns: readonly ColumnValues[], row: number, place: string): void {
    const { observations, action, done, success, discreteActions } = this.info;
    let column = FIRST_FEATURE;
    let at = 0;
    for (const feature of observations) at = this.take(columns[column++]!, feature, row, this.observation, at, place);
    this.take(columns[column++]!, action, row, this.action, 0, place);
    const problem = discreteActions === undefined ? undefined : actionIndexProblem(this.action[0]!, discreteActions);
    if (problem) throw new DataError(`${place}: the action ${problem}; repair the row or the count.`);
    const reward = this.number(columns[column++]!, row, 0, place);
    const isDone = done && this.flag(columns[column++]!, row, place);
    this.success = success && this.flag(columns[column]!, row, place);
    const ending: RowEnding = !isDone ? "goes on" : this.success || !success ? "terminated" : "truncated";
    const contradicted = this.rows.add(this.observation, this.ended ? undefined : this.action, reward, ending);
    this.ended = isDone;
    if (contradicted === undefined) return;
    throw new DataError(
      `${place}: frame ${contradicted.row} of episode ${this.episode} ${contradicted.reason}; repair next.done or split the episode.`,
    );
  }

  private *finish(): Generator<Episode> {
    const episode = this.rows.finish(this.success);
    if (episode === undefined) return;
    this.made++;
    yield episode;
  }

  private newRows(): StepRows {
    return new StepRows(this.observation.length, this.action.length, this.memory);
  }

  /** Copies the numbers of a feature; where the next feature goes. */
  private take(
    values: ColumnValues,
    feature: Feature,
    row: number,
    target: Float32Array,
    at: number,
    place: string,
  ): number {
    const found = values.starts[row + 1]! - values.starts[row]!;
    if (found !== feature.width)
      throw new DataError(
        `${place}: ${quoted(feature.name)} has ${found} numbers where "${infoPath}" states ${feature.width}; copy the dataset again.`,
      );
    for (let i = 0; i < found; i++) target[at + i] = this.number(values, row, i, place);
    return at + found;
  }

  private number({ column, starts, numbers }: ColumnValues, row: number, i: number, place: string): number {
    const value = starts[row]! + i < starts[row + 1]! ? numbers[starts[row]! + i] : Number.NaN;
    if (value === undefined)
      throw new DataError(`${place}: ${quoted(column.name)} holds a text where a number belongs; store numbers.`);
    if (this.allowNonFinite || Number.isFinite(Math.fround(value))) return value;
    throw new DataError(
      `${place}: ${quoted(column.name)} is ${value}, which is no finite float32 number; repair the row.`,
    );
  }

  private whole(values: ColumnValues, row: number, place: string): number {
    const value = this.number(values, row, 0, place);
    if (Number.isSafeInteger(value)) return value;
    throw new DataError(
      `${place}: ${quoted(values.column.name)} is ${value} where a whole number belongs; repair the row.`,
    );
  }

  private flag(values: ColumnValues, row: number, place: string): boolean {
    const value = this.number(values, row, 0, place);
    if (value === 0 || value === 1) return value === 1;
    throw new DataError(
      `${place}: ${quoted(values.column.name)} is ${value} where true or false belongs; repair the row.`,
    );
  }
}
