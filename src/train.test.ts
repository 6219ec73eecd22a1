/** The public entry points of training leave the run's report, however the run ends. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { resume, train } from "./index.js";
import { runFiles } from "./runs/record.js";
import { errorOf, lineData, newFolder, registerLine, tiny } from "./runs/tiny-run.fixture.js";

const reportIn = (folder: string) => join(folder, runFiles.report);

it("train and resume leave the report in the run folder, of an interrupted run too", async () => {
  const folder = newFolder();
  const settings = { ...tiny, task: registerLine("reported"), label: "the line" };
  const stop = new AbortController();
  const { summary } = await train(settings, {
    folder,
    dataset: lineData(),
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  expect(summary.status).toBe("interrupted");
  expect(readFileSync(reportIn(folder), "utf8")).toContain("the line, seed 0 was interrupted after");
  await resume({ folder, dataset: lineData() });
  expect(readFileSync(reportIn(folder), "utf8")).not.toContain("was interrupted");
});

it("a run that fails leaves its report, and says why it failed even where the report cannot be written", async () => {
  const run = async (name: string, reportIsFolder: boolean) => {
    const folder = newFolder();
    const task = registerLine(name, {
      beforeReset: (resets) => reportIsFolder && resets === 2 && mkdirSync(reportIn(folder), { recursive: true }),
      beforeStep: (count) => count === 15 && expect.fail("out of battery"),
    });
    const said: string[] = [];
    const onNotice = (sentence: string) => void said.push(sentence);
    const { message } = await errorOf(train({ ...tiny, task }, { folder, dataset: lineData(), onNotice }));
    expect(message).toMatch(/out of battery/);
    return { folder, said };
  };
  const { folder, said } = await run("tired", false);
  expect(readFileSync(reportIn(folder), "utf8")).toContain("out of battery");
  const aboutReports = (sentences: readonly string[]) => sentences.filter((sentence) => sentence.includes("report"));
  expect(aboutReports(said)).toEqual([]);
  const other = aboutReports((await run("tired-and-full", true)).said);
  expect(other).toHaveLength(1);
  expect(other[0]).toMatch(/^The report could not be written to .*: it is a folder\./);
});

it("what is refused leaves nothing", async () => {
  const folder = newFolder();
  await errorOf(train({ ...tiny, task: registerLine("refused"), batchSize: -1 }, { folder, dataset: lineData() }));
  expect(existsSync(folder)).toBe(false);
});
