/**
 * Files of the user's own (`--import FILE`): ES modules that register agents and environments before settings are
 * read. What was imported is kept in config.json of every run that follows, so that a resume can import it
 * again.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { reasonIn, UsageError } from "../errors.js";

let imported: readonly string[] = [];

/** The files that runs of this process need, by their absolute paths. */
export function importedFiles(): readonly string[] {
  return imported;
}

/**
 * Imports the files one after the other, in place of those before; a file that was imported already is not run again.
 * @param nextStep what to do where one cannot be imported, as a sentence
 * @throws UsageError for a file that is missing, is no ES module, or throws
 */
export async function importFiles(files: readonly string[], nextStep?: string): Promise<void> {
  imported = files.map((file) => resolve(file));
  for (const file of imported) await importFile(file, nextStep);
}

async function importFile(file: string, nextStep?: string): Promise<void> {
  if (!existsSync(file))
    throw new UsageError(
      `The file ${file} cannot be imported: there is no such file. ${nextStep ?? "Name an ES module with --import FILE."}`,
    );
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    throw new UsageError(
      `The file ${file} cannot be imported: ${whatIsWrong(error, file)}. ${nextStep ?? "Mend it and run again."}`,
      { cause: error },
    );
  }
}

/** The reason; of a syntax error also the line, which Node says only where it checks a file. */
function whatIsWrong(error: unknown, file: string): string {
  if (!(error instanceof SyntaxError)) return reasonIn(error);
  const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8" });
  const [, line] = /^\S.*:(\d+)$/m.exec(stderr ?? "") ?? [];
  return `${line === undefined ? "" : `line ${line}: `}${reasonIn(error)}`;
}
