/**
 * Pages as files: the report of run folders, written in one piece.
 */
import { dirname, join } from "node:path";
import { fileReason, RunFailure } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import { writeWholeFile } from "../files/whole-file.js";
import { readRun } from "../runs/read.js";
import { runFiles } from "../runs/record.js";
import { renderReport } from "./render.js";

/** Reads run folders and writes their page. @throws DataError for a folder that is no run */
export async function writeReport(folders: readonly string[], path: string): Promise<void> {
  writePage(await renderReport(folders.map(readRun)), path);
}

/** Draws the report that belongs to a run, in its folder, as the end of its work. @throws as `writeReport` */
export async function writeOwnReport(folder: string): Promise<void> {
  const page = await renderReport([readRun(folder)]);
  const nextStep = `The run itself is kept; free space or check the permissions, then draw it with "calql report ${folder}".`;
  write("report", page, join(folder, runFiles.report), nextStep);
}

/** @throws RunFailure if the file cannot be written */
export function writePage(page: string, path: string): void {
  write("report", page, path);
}

/** @throws RunFailure if the file cannot be written */
export function writePicture(picture: string | Uint8Array, path: string): void {
  write("picture", picture, path);
}

function write(what: string, content: string | Uint8Array, path: string, nextStep = "Name another file."): void {
  try {
    makeFolder(dirname(path));
    writeWholeFile(path, content);
  } catch (error) {
    throw new RunFailure(`The ${what} could not be written to ${path}: ${fileReason(error)}. ${nextStep}`);
  }
}
