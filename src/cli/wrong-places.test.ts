/**
 * What a person sees who names a place that takes nothing: a folder that cannot be written, a file for a folder, a disk
 * that is full. One sentence, exit code 2 for what could not begin and 1 for what had to stop, and nothing is lost.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Mistake, recordedRun, seenOf, trainLine, workingFolder } from "./mistakes.fixture.js";

/** A folder in which nothing can be made; for root, who may write anywhere, one that takes no folders. */
const readOnly = process.getuid?.() === 0 ? "/proc" : "read-only";

const place = workingFolder(
  async () => {
    await recordedRun();
    mkdirSync("read-only");
    chmodSync("read-only", 0o555);
    if (!mounted) return;
    writeFileSync(join(smallDisk, "thesis.txt"), "mine");
    appendFileSync(join(smallDisk, "filling"), new Uint8Array(56_000));
  },
  () => {
    if (mounted) spawnSync("umount", [smallDisk]);
    chmodSync("read-only", 0o755);
  },
);

/** A disk of 64 KiB in a folder, where the system lets it be made. */
const smallDisk = join(place, "small-disk");
mkdirSync(smallDisk);
const mount = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", smallDisk];
const mounted = process.platform === "linux" && spawnSync("mount", mount).status === 0;

const mistakes: readonly Mistake[] = [
  [
    trainLine("maze.hdf5", `--out ${readOnly}/calql`),
    /^The run folder .*\/calql cannot be made: .*\. Name another folder\.$/,
  ],
  [
    trainLine("maze.hdf5", `--out ${readOnly}/calql/run`),
    /^The run folder .*\/run cannot be made: .*\. Name another folder\.$/,
  ],
  [
    trainLine("maze.hdf5", "--out maze.hdf5/run"),
    /^The run folder maze\.hdf5\/run cannot be made: it is a file\. Name/,
  ],
  [
    `compare --agents cql --task pointmaze-umaze --dataset maze.hdf5 --out ${readOnly}/calql`,
    /^The folder .*\/calql cannot be made: .*\. Name another with --out\.$/,
  ],
];

const stops: readonly Mistake[] = [
  [`export run --out ${readOnly}/calql/new.onnx`, /^The policy could not be written to .*\. Name another file\.$/],
  [`data collect pointmaze-umaze --steps 10 --out ${readOnly}/calql/new.hdf5`, /^The dataset could not be written to /],
  [
    `data convert maze.hdf5 ${readOnly}/calql/new.calql`,
    /^The dataset could not be written to .*\. Name another place\.$/,
  ],
  [
    `data merge maze.hdf5 --out ${readOnly}/calql/new.hdf5`,
    /^The dataset could not be written to .*\. Name another place\.$/,
  ],
  [`report run --out ${readOnly}/calql/new.html`, /^The report could not be written to .*\. Name another file\.$/],
  [`watch run --size 16 --every 300 --out ${readOnly}/calql/new.gif`, /^The picture could not be written to .*/],
  [
    `data inspect maze.hdf5 --picture ${readOnly}/calql/new.svg`,
    /^The picture could not be written to .*\. Name another file/,
  ],
];

const full: readonly Mistake[] = [
  [trainLine("maze.hdf5", "--out small-disk/run"), /the disk is full/],
  [
    "data collect pointmaze-umaze --steps 2000 --out small-disk/new.hdf5",
    /^The dataset could not be written to .*: the disk is full\./,
  ],
  [
    "data convert maze.hdf5 small-disk/new.calql",
    /^The dataset could not be written to .*: the disk is full\. Name another/,
  ],
  [
    "report run --out small-disk/new.html",
    /^The report could not be written to .*: the disk is full\. Name another file\.$/,
  ],
];

describe("a folder that takes nothing", () => {
  it.each(mistakes)("calql %s", async (...mistake) => {
    const { before, after } = await seenOf(mistake, 2);
    expect(after).toEqual(before);
  });
});

describe("work that had to stop for a folder that takes nothing", () => {
  it.each(stops)("calql %s", async (...mistake) => {
    const { before, after } = await seenOf(mistake, 1);
    expect(after).toEqual(before);
  });
});

describe.skipIf(!mounted)("work that had to stop for a full disk", () => {
  it.each(full)("calql %s", async (...mistake) => {
    const { before, after } = await seenOf(mistake, 1);
    expect(after).toMatchObject(before);
  });
});
