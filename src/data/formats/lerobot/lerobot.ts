/**
 * LeRobot datasets (Hugging Face), versions 2.x and 3.0: meta/info.json and Parquet tables of one frame per row. Frame
 * t has the observation before action t; next.reward is what action t earned. Pictures are PNG or JPEG files in the table;
 * videos are not read.
 *
 * - next.done ends an episode: terminated where next.success is true, else truncated. Without next.success it does not
 *   tell: LeRobot's own recorder of reinforcement learning (lerobot/rl/gym_manipulator.py) sets it for timeouts as well.
 * - One frame may follow it in the same episode, which holds only the last observation.
 * - Where nothing is marked, the last frame is terminated if next.success is true there; else the recording ended, and
 *   its last frame, whose next observation is unknown, holds only an observation, as a timeout of D4RL does.
 */

import { DataError } from "../../../errors.js";
import { type ObservationParts, vectorParts } from "../../columns.js";
import { type DataFiles, placeOf } from "../../containers/files.js";
import { openParquet, type ParquetBatch } from "../../containers/parquet/parquet.js";
import { loadPictureDecoders } from "../../containers/pictures/picture.js";
import { quoted } from "../../containers/refusal.js";
import type { Episode } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import { ReadingNotes } from "../../reading-notes.js";
import { DoneMeaning, refuseIdleHorizon } from "../done-meaning.js";
import { EndEvidence, EndFlags } from "../end-evidence.js";
import { endingOf } from "../end-marks.js";
import { EpisodeMemory } from "../episode-memory.js";
import type { ReadOptions } from "../format.js";
import { StepEpisodes } from "../step-episodes.js";
import { StepRows } from "../step-rows.js";
import { type FrameCells, FrameLayout } from "./lerobot-frames.js";
import { infoPath, type LeRobotInfo, REWARD, readInfo } from "./lerobot-meta.js";

/** The dataset in these files. @throws DataError where they are not what meta/info.json states */
export function openLeRobot(files: DataFiles, options: ReadOptions): EpisodeSource {
  const info = readInfo(files, options);
  const { discreteActions } = info;
  const size = info.observations.reduce((sum, { width }) => sum + width, 0);
  const meaning = doneMeaning(files, info, options);
  const notes = new ReadingNotes();
  return {
    source: files.name,
    observations: { ...(size > 0 && vectorParts(size)), ...picturesOf(info) },
    actionSize: info.action.width,
    discreteActions,
    names: {
      observations: info.observations.flatMap(({ names }) => names),
      ...(discreteActions === undefined && { actions: info.action.names }),
    },
    steps: info.frames,
    notes,
    async *episodes() {
      notes.begin();
      meaning.note(notes);
      if (info.pictures.length > 0) await loadPictureDecoders();
      for (const { part, form } of info.pictures) form.note(part, notes);
      if (info.videos.length > 0) notes.say(`videos are not read, and so ${info.videos.join(", ")} is left out`);
      yield* new FrameReader(files, info, meaning, notes, options).episodes();
    },
  };
}

function picturesOf({ pictures }: LeRobotInfo): ObservationParts {
  return Object.fromEntries(pictures.map(({ part, form }) => [part, form.part]));
}

/** What next.done stands for, where next.success does not tell. */
function doneMeaning(files: DataFiles, { marks, success }: LeRobotInfo, options: ReadOptions): DoneMeaning {
  refuseIdleHorizon(`"${files.name}"`, options);
  const tells = success ?? marks.terminated ?? marks.truncated;
  return new DoneMeaning(`"${files.name}"`, tells === undefined ? marks.done : undefined, options);
}

/** Goes through all frames and gathers those of an episode. */
class FrameReader {
  private readonly layout: FrameLayout;
  private readonly memory: EpisodeMemory;
  private readonly made: StepEpisodes;
  private readonly evidence: EndEvidence;
  private rows: StepRows;
  private flags: EndFlags;
  private episode = -1;
  private frame = -1;
  private frames = 0;
  /** Frames before this episode. */
  private before = 0;
  /** The last frame in messages. */
  private place = "";
  /** The reward of the frame before: calql and others repeat it in the frame that only tells the last observation. */
  private reward = 0;
  /** Whether such a frame has another reward than that. */
  private unused = false;
  /** Whether the frame before ended the episode, whether the last one was a success, and any of them was. */
  private ended = false;
  private success = false;
  private succeeded = false;
  /** What the episode contradicts itself by: nothing is gathered of it any more. */
  private fault: string | undefined;

  constructor(
    private readonly files: DataFiles,
    private readonly info: LeRobotInfo,
    private readonly meaning: DoneMeaning,
    private readonly notes: ReadingNotes,
    private readonly options: ReadOptions,
  ) {
    const where = `"${files.name}"`;
    this.layout = new FrameLayout(info, options.allowNonFinite ?? false);
    this.memory = new EpisodeMemory(where, options);
    const words = {
      where,
      rewards: REWARD,
      singleRows: "record longer episodes",
      markEnds:
        'mark a success with "next.done" and "next.success" in the last frame, or say which episodes succeeded with --reward success:0,3,5',
    };
    this.made = new StepEpisodes(words, notes, options);
    this.evidence = new EndEvidence(info.unused, 0);
    [this.rows, this.flags] = [this.newRows(), new EndFlags(this.evidence)];
  }

  async *episodes(): AsyncGenerator<Episode> {
    const raw = this.info.pictures.map(({ column }) => column);
    for (const path of this.info.paths) {
      const where = `"${this.files.name}": ${placeOf(this.files, path)}`;
      const file = this.files.open(path);
      this.memory.addFile(file.size, raw.length > 0);
      for (const batch of (await openParquet(file, where)).batches(this.layout.names, raw))
        for (let row = 0; row < batch.rows; row++) yield* this.addFrame(batch, row, where);
    }
    yield* this.finish();
    const { episodes, frames } = this.info;
    const [found, told] = [
      `${counted(this.episode + 1, "episode")} of ${counted(this.frames, "frame")}`,
      `${episodes} of ${frames}`,
    ];
    if (this.episode + 1 !== episodes || this.frames !== frames)
      throw new DataError(
        `"${this.files.name}" holds ${found}, but "${infoPath}" states ${told}; copy the dataset again, with all its files.`,
      );
    if (this.layout.transparent) this.notes.say("the pictures have transparency, which is left out");
    this.judge();
    this.made.end();
  }

  private *addFrame(batch: ParquetBatch, row: number, where: string): Generator<Episode> {
    const place = `${where}: row ${batch.firstRow + row}`;
    const cells = this.layout.read(batch.columns, row, place);
    const { episode, frame } = cells;
    if (episode !== this.episode) {
      if (episode !== this.episode + 1)
        throw new DataError(
          `${place} is of episode ${episode}, but ${this.episode + 1} comes next; copy the dataset again.`,
        );
      if (this.episode >= 0) yield* this.finish();
      [this.rows, this.flags] = [this.newRows(), new EndFlags(this.evidence)];
      [this.episode, this.frame, this.ended, this.success, this.succeeded] = [episode, -1, false, false, false];
      [this.fault, this.before] = [undefined, this.frames];
    }
    this.frames++;
    this.place = `episode ${episode}, frame ${frame}`;
    if (this.fault !== undefined) return;
    const fault = this.faultOf(cells, place);
    if (fault === undefined) return;
    if (this.options.dropFaulty !== true)
      throw new DataError(`${fault}, or leave such episodes out with --drop-faulty.`);
    this.fault = fault;
    this.rows.drop();
  }

  /** Takes a frame in; what is wrong with it, or with one before it. */
  private faultOf({ frame, reward, flags, success, unused }: FrameCells, place: string): string | undefined {
    if (frame !== this.frame + 1)
      return `${place} is frame ${frame} of episode ${this.episode}, but frame ${this.frame + 1} comes next; sort the frames, and add the missing ones`;
    this.frame = frame;
    this.success = success;
    this.succeeded ||= success;
    const known = { ...this.info.marks, terminated: this.info.marks.terminated ?? this.info.success };
    const ending = endingOf(
      (mark) => (mark === "terminated" && flags.done && success) || flags[mark],
      known,
      this.meaning,
      this.rows.count + 1,
    );
    this.flags.add(unused, !this.ended, ending !== "goes on" || success, this.place);
    const { observation, pictures, action } = this.layout;
    this.unused = this.ended && reward !== 0 && reward !== this.reward;
    this.reward = reward;
    const [taken, earned] = this.ended ? [undefined, 0] : [action, reward];
    const problem = this.rows.add(observation, taken, earned, ending, undefined, pictures);
    this.ended = ending !== "goes on";
    return (
      problem &&
      `${place}: frame ${problem.row} of episode ${this.episode} ${problem.reason}; repair ${this.info.marks.done ?? "the mark"}, split the episode`
    );
  }

  /** @throws DataError where a column that nothing uses is the only mark of the task's end */
  private judge(): void {
    const { marks, success } = this.info;
    const tells = (marks.terminated ?? marks.done ?? success) !== undefined;
    const steps = () => 'name it "next.done"';
    this.evidence.refuseWithin(`"${this.files.name}"`, steps);
    this.evidence.end(`"${this.files.name}"`, tells, steps, this.notes);
  }

  private *finish(): Generator<Episode> {
    if (this.fault !== undefined) {
      this.made.leaveOut(this.frames - this.before, this.fault);
      return;
    }
    this.flags.finish();
    if (this.unused)
      this.notes.say(
        `${quoted(REWARD)} in frames after an episode's end, such as ${this.place}, belongs to no action and was not used; where it is what the last action earned, store it in the frame before`,
      );
    const episode = this.made.finish(this.rows, this.place, this.succeeded, this.success);
    if (episode) yield episode;
  }

  private newRows(): StepRows {
    const { observation, action } = this.layout;
    return new StepRows(observation.length, action.length, this.memory, picturesOf(this.info));
  }
}
