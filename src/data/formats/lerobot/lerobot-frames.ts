/**
 * One frame of a LeRobot table: which columns it is read from, where each stands, and what the row says, checked.
 */
import { DataError } from "../../../errors.js";
import { decodeAt } from "../../containers/damaged.js";
import type { ColumnValues } from "../../containers/parquet/parquet.js";
import { decodePicture } from "../../containers/pictures/picture.js";
import { quoted } from "../../containers/refusal.js";
import { actionIndexProblem } from "../../discrete-actions.js";
import { counted } from "../../figures.js";
import type { EndMark } from "../end-marks.js";
import { type Feature, infoPath, type LeRobotInfo, type PictureFeature } from "./lerobot-meta.js";

/** What a frame says besides its observation and action. */
export interface FrameCells {
  readonly episode: number;
  readonly frame: number;
  readonly reward: number;
  readonly flags: Readonly<Record<EndMark, boolean>>;
  readonly success: boolean;
  /** Of the columns that nothing uses; NaN where there is no number. */
  readonly unused: readonly number[];
}

export class FrameLayout {
  /** The columns that are read, in their order. */
  readonly names: readonly string[];
  /** Of the frame that was read last. */
  readonly observation: Float32Array;
  readonly action: Float32Array;
  /** [height, width, 3] of each picture, by the name of its part. */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** Whether a picture of any frame had transparency. */
  transparent = false;

  constructor(
    private readonly info: LeRobotInfo,
    private readonly allowNonFinite: boolean,
  ) {
    const { observations, pictures, action, reward, marks, success, unused } = info;
    const columns = [...observations.map(({ name }) => name), ...pictures.map(({ column }) => column)];
    const features = [...columns, "action"];
    const scalars = [reward, marks.terminated, marks.truncated, marks.done, success];
    this.names = [
      "episode_index",
      "frame_index",
      ...features,
      ...scalars.filter((name) => name !== undefined),
      ...unused,
    ];
    this.observation = new Float32Array(observations.reduce((sum, { width }) => sum + width, 0));
    this.action = new Float32Array(action.width);
    this.pictures = Object.fromEntries(pictures.map(({ part, form }) => [part, new Uint8Array(form.bytes)]));
  }

  /** @param place the row in messages; @throws DataError for what is no number, or not as many as stated */
  read(columns: readonly ColumnValues[], row: number, place: string): FrameCells {
    const { observations, pictures, action, reward, marks, success, unused } = this.info;
    let next = 0;
    const values = () => columns[next++]!;
    const flag = (name: string | undefined) => name !== undefined && this.flag(values(), row, place);
    const [episode, frame] = [this.whole(values(), row, place), this.whole(values(), row, place)];
    let at = 0;
    for (const feature of observations) at = this.take(values(), feature, row, this.observation, at, place);
    for (const picture of pictures) this.takePicture(values(), picture, row, place);
    this.take(values(), action, row, this.action, 0, place);
    this.checkChoice(place);
    return {
      episode,
      frame,
      reward: reward === undefined ? 0 : this.number(values(), row, 0, place),
      flags: { terminated: flag(marks.terminated), truncated: flag(marks.truncated), done: flag(marks.done) },
      success: flag(success),
      unused: unused.map(() => unusedValue(values(), row)),
    };
  }

  private checkChoice(place: string): void {
    const { discreteActions } = this.info;
    const problem = discreteActions === undefined ? undefined : actionIndexProblem(this.action[0]!, discreteActions);
    if (problem) throw new DataError(`${place}: the action ${problem}; repair the row or the count.`);
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
        `${place}: ${quoted(feature.name)} has ${counted(found, "number")} where "${infoPath}" states ${feature.width}; copy the dataset again.`,
      );
    for (let i = 0; i < found; i++) target[at + i] = this.number(values, row, i, place);
    return at + found;
  }

  /** @throws DataError where there is none, or it cannot be decoded */
  private takePicture({ starts, bytes }: ColumnValues, picture: PictureFeature, row: number, place: string): void {
    const { name, form, part } = picture;
    const file = starts[row + 1]! - starts[row]! === 1 ? bytes[starts[row]!]! : undefined;
    if (file === undefined || file.length === 0)
      throw new DataError(
        `${place}: ${quoted(name)} holds no picture; where its frames are files of their own, store their bytes in the table, as LeRobot does when it saves an episode.`,
      );
    const { pixels, transparent } = decodeAt(`${place}: ${quoted(name)}`, () => decodePicture(file, form.size));
    this.transparent ||= transparent;
    form.write(pixels, this.pictures[part]!, 0);
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
      `${place}: ${quoted(values.column.name)} is ${value} where true or false belongs; repair the row, or say --ignore ${values.column.name} if it marks something else.`,
    );
  }
}

function unusedValue({ starts, numbers }: ColumnValues, row: number): number {
  return starts[row + 1]! - starts[row]! === 1 ? (numbers[starts[row]!] ?? Number.NaN) : Number.NaN;
}
