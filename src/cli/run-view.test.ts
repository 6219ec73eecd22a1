/** The end of a run as a person sees it: who asks it to end while its page is drawn does not lose the page. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import * as report from "../report/write-report.js";
import { runFiles } from "../runs/record.js";
import { lineData, newFolder, registerLine, tiny } from "../runs/tiny-run.fixture.js";
import { train } from "../train.js";
import { finishVerb, withView } from "./run-view.js";

vi.mock("../report/write-report.js", { spy: true });
const { writeOwnReport } = await vi.importActual<typeof report>("../report/write-report.js");

const exitCode = process.exitCode;
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = exitCode;
});

const signals = ["SIGINT", "SIGTERM"] as const;
const listening = () => signals.map((name) => process.listenerCount(name));

it("a signal while the page is written ends nothing: the run is complete, and so is its page", async () => {
  const said = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockReturnValue(true));
  const before = listening();
  let during: number[] = [];
  vi.mocked(report.writeOwnReport).mockImplementation((folder) => {
    during = listening();
    // A signal without a listener would end this process here, and the page with it.
    if (during[1]! > before[1]!) process.kill(process.pid, "SIGTERM");
    return writeOwnReport(folder);
  });
  const folder = newFolder();
  const settings = { ...tiny, task: registerLine("ended-late") };
  const result = await withView(settings, { folder, dataset: lineData() }, (options) => train(settings, options));
  finishVerb(folder, result);
  expect(during).toEqual(before.map((count) => count + 1));
  expect(listening()).toEqual(before);
  expect(result.summary.status).toBe("completed");
  expect(process.exitCode).toBe(exitCode);
  expect(existsSync(join(folder, runFiles.report))).toBe(true);
  expect(said[0]!.mock.calls.at(-1)![0]).toBe(`completed: ${folder}/report.html (policy: ${folder}/policy.onnx)\n`);
});
