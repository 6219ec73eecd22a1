/** The page as a reader meets it: self-contained, escaped, complete, honest about how runs ended. */
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import type { Run } from "../runs/read.js";
import { chartFile } from "./charts.js";
import { reportPage } from "./page.js";
import { renderChartSvg, renderReport } from "./render.js";
import { syntheticRun } from "./synthetic.fixture.js";

const text = (page: string) => parseHTML(page).document.body.textContent as string;
const titles = (page: string): string[] =>
  [...parseHTML(page).document.querySelectorAll("svg[role=img]")].map((svg) => svg.getAttribute("aria-label"));

describe("a report", () => {
  const single = reportPage([syntheticRun()]);
  const several = reportPage([
    ...[0, 1, 2].flatMap((seed) => [syntheticRun({ seed }), syntheticRun({ seed, agent: "cql" })]),
    syntheticRun({ agent: "cql", onlineAgent: "sac" }),
  ]);

  it("needs no network and no script", () => {
    for (const page of [single, several]) {
      const references = page.replace(/xmlns(:\w+)?="[^"]*"/g, "").match(/https?:|src=|@import|<script|<link|url\(/gi);
      expect(references).toBeNull();
    }
  });

  it("is the same for the same runs", () => {
    expect(reportPage([syntheticRun()])).toBe(single);
  });

  it("marks and names the boundary in every chart", () => {
    const charts = [...parseHTML(single).document.querySelectorAll("svg[role=img]")];
    expect(charts.length).toBe(18);
    for (const chart of charts) {
      expect(chart.textContent).toContain("offline ←");
      expect(chart.textContent).toContain("→ online");
      expect(chart.querySelectorAll('[stroke-dasharray="3 3"] line').length).toBe(1);
    }
  });

  it("leaves out the boundary of a run that never went online", () => {
    const run = syntheticRun();
    const offline = { ...run, metrics: run.metrics.slice(0, 100), evaluations: run.evaluations.slice(0, 11) };
    expect(text(reportPage([offline])).includes("→ online")).toBe(false);
  });

  it("draws the calibration picture and leaves out charts whose metrics are missing", () => {
    expect(titles(single)).toContain("Mean Q against the mean return-to-go G");
    const run = syntheticRun();
    const bare: Run = { ...run, metrics: run.metrics.map((line) => ({ ...line, metrics: { criticLoss: 1 } })) };
    expect(titles(reportPage([bare]))).toEqual([
      "Success rate of the evaluations",
      "Return of the evaluations (undiscounted, in the rewards of the environment)",
      "Critic loss",
    ]);
  });

  it("shows returns where success is not known, an estimate with its interval and what was logged", () => {
    const run = syntheticRun();
    const dense = { ...run, evaluations: run.evaluations.map(({ successRate: _, ...line }) => line) };
    expect(titles(reportPage([dense]))).not.toContain("Success rate of the evaluations");
    const headings = (page: string) =>
      [...parseHTML(page).document.querySelectorAll("table.figures thead th")].map(({ textContent }) => textContent);
    expect(headings(reportPage([dense])).slice(0, 5)).toEqual([
      "agent",
      "return before",
      "return at the switch",
      "lowest early return",
      "return",
    ]);
    const estimated = {
      ...run,
      config: { ...run.config, settings: { ...run.config.settings, task: null, onlineSteps: 0 } },
      metrics: run.metrics.slice(0, 100),
      evaluations: run.evaluations.slice(0, 11).map(({ phase, updates, seconds }, i) => ({
        ...{ phase, updates, onlineSteps: 0, seconds, episodes: 40, returnMean: 10 + i },
        estimate: { low: 8 + i, high: 13 + i, logged: 12 },
      })),
    };
    const page = reportPage([estimated]);
    expect(titles(page)[0]).toBe("Estimated return of the policy (discounted, on recorded episodes that are held out)");
    expect(headings(page).slice(0, 4)).toEqual(["agent", "return before", "return", "as logged"]);
    const cells = [...parseHTML(page).document.querySelectorAll("table.figures tbody td")];
    expect(cells.slice(0, 3).map(({ textContent }) => textContent)).toEqual(["10", "2018–23", "12"]);
    expect(text(page)).toContain("offline training from recorded data alone, judged by an estimate");
  });

  it("draws D4RL's score where evaluations have one, and only there", () => {
    const run = syntheticRun({ task: "door" });
    const title = "D4RL's normalised score of the evaluations (0 is random, 100 an expert)";
    expect(titles(reportPage([run]))).not.toContain(title);
    const evaluations = run.evaluations.map((line, i) => ({ ...line, normalisedScore: i }));
    expect(titles(reportPage([{ ...run, evaluations }]))).toContain(title);
  });

  it("draws metrics that it has no chart for under their own name, in words", () => {
    const run = syntheticRun();
    const metrics = run.metrics.map((line) => ({ ...line, metrics: { ...line.metrics, valueLoss: 2 } }));
    expect(titles(reportPage([{ ...run, metrics }]))).toContain("Value loss");
  });

  it("overlays runs by agent with a band, and names an agent that changes at the switch", () => {
    expect(text(several)).toContain("cal-ql (3 runs)");
    expect(text(several)).toContain("cql -> sac");
    const success = parseHTML(several).document.querySelector('svg[aria-label^="Success"]')!;
    expect(success.querySelectorAll('[aria-label="line"]').length).toBe(3);
    expect(success.querySelectorAll('[aria-label="area"]').length).toBe(2);
  });

  it("keeps tasks apart", () => {
    const page = reportPage([syntheticRun(), syntheticRun({ task: "antmaze-umaze" })]);
    const { document } = parseHTML(page);
    expect([...document.querySelectorAll("h2.task-name")].map((heading) => heading.textContent)).toEqual([
      "pointmaze-umaze",
      "antmaze-umaze",
    ]);
    expect(titles(page).filter((title) => title.startsWith("Success"))).toHaveLength(2);
  });

  it("shows the headline numbers", () => {
    const cells = [...parseHTML(single).document.querySelectorAll(".figures tbody td")].map((cell) => cell.textContent);
    expect(cells).toHaveLength(11);
    expect(cells[4]).toMatch(/^\d+ %$/);
    expect(cells[7]).toMatch(/^−?\d/);
    expect(cells[9]).toMatch(/^−\d+\.\d$/);
  });

  it("folds every run's figures away where there are several, and has none for a single one", () => {
    const folded = parseHTML(several).document.querySelectorAll("details.runs tbody tr");
    expect(folded).toHaveLength(7);
    expect(folded[2].querySelector("th")!.textContent).toBe("cal-ql, seed 2");
    expect(folded[2].querySelectorAll("td")).toHaveLength(11);
    expect(parseHTML(single).document.querySelector("details.runs")).toBeNull();
  });

  it("says under the table how little an interval from few runs covers, and of many or of one nothing", () => {
    const note = (count: number) =>
      text(reportPage(Array.from({ length: count }, (_, seed) => syntheticRun({ seed }))));
    const few = "From few runs it comes out too narrow: what is called 95 % holds the true mean in about 50 % of cases";
    expect([1, 2, 9, 10].map((count) => note(count).includes(few))).toEqual([false, true, true, false]);
  });

  it("tells variants of one agent apart by their labels", () => {
    const light = syntheticRun({ settings: { label: "light", conservativeWeight: 1 } });
    const page = reportPage([light, syntheticRun({ settings: { label: "heavy", conservativeWeight: 10 } })]);
    const names = [...parseHTML(page).document.querySelectorAll(".figures .mean th")].map((cell) => cell.textContent);
    expect(names).toEqual(["lightseed 0", "heavyseed 0"]);
    expect(page.includes('role="note"')).toBe(false);
    expect(text(page)).toMatch(/differslightheavy\s*conservativeWeight110/);
  });

  it("counts the runs of an agent alike in the legend and in the table, with those that left nothing", async () => {
    const lost = { label: "cal-ql", task: "pointmaze-umaze", seed: 3, status: "failed" };
    const [first, killed] = [syntheticRun(), syntheticRun({ seed: 1 })];
    const { summary: _, ...without } = killed;
    const page = await renderReport([first, without], { unrecorded: [lost] });
    const { document } = parseHTML(page);
    const count = "1 of 3 runs complete";
    expect(document.querySelector(".figures .mean small")!.textContent).toBe(count);
    const keys = [...document.querySelectorAll("figure.full svg text")].map((words) => words.textContent);
    expect(keys).toContain(`cal-ql (${count})`);
  });

  it("shows runs that left nothing as what they are", () => {
    const lost = { label: "cql", task: "pointmaze-umaze", seed: 3, status: "failed", reason: "out of memory" };
    const elsewhere = { ...lost, task: "antmaze-umaze", status: "not run", reason: undefined! };
    const page = reportPage([syntheticRun()], { title: "A title", unrecorded: [lost, elsewhere] });
    const { document } = parseHTML(page);
    expect(document.querySelector("h1")!.textContent).toBe("A title");
    expect([...document.querySelectorAll(".warnings li")].map((line) => line.textContent)).toEqual([
      "cql, seed 3 was not run.",
      "cql, seed 3 failed: out of memory.",
    ]);
    expect(document.querySelector("details.runs")!.textContent).toContain("cql, seed 3failed: out of memory");
  });

  it("gives interquartile means where there are several tasks, without Q − G, whose scale is the task's", () => {
    const tasks = ["pointmaze-umaze", "antmaze-umaze"];
    const page = reportPage(tasks.flatMap((task) => [0, 1].map((seed) => syntheticRun({ task, seed }))));
    const first = parseHTML(page).document.querySelector(".figures")!;
    expect(first.querySelector("tbody th")!.textContent).toBe("cal-ql2 tasks, 4 runs");
    expect(first.querySelectorAll("tbody td")).toHaveLength(9);
    expect(first.textContent).not.toContain("Q − G");
    expect(text(page)).toContain("Interquartile means");
  });

  it("has no means over tasks where they are shown for their contrast", () => {
    const runs = ["corridor-exit", "pointmaze-umaze"].map((task) => syntheticRun({ task }));
    const page = reportPage(runs, { overTasks: false });
    expect(text(page)).not.toContain("Interquartile means");
    expect(parseHTML(page).document.querySelectorAll("h2.task-name").length).toBe(2);
  });

  it("folds the critics' own metrics away, one chart for each with a line a critic", () => {
    const run = syntheticRun();
    const critics = { q1Mean: 1, q2Mean: 2, boundRate1Next: 0.5 };
    const metrics = run.metrics.map((line) => ({ ...line, metrics: { ...line.metrics, ...critics } }));
    const { document } = parseHTML(reportPage([{ ...run, metrics }]));
    const folded = [...document.querySelectorAll("details svg[role=img]")];
    expect(folded.map((svg) => svg.getAttribute("aria-label"))).toEqual(["q#Mean", "boundRate#Next"]);
    expect(folded[0].querySelectorAll('[aria-label="line"]').length).toBe(2);
    expect(document.querySelectorAll("svg[role=img]").length).toBe(20);
  });

  it("never hides a run that failed, was interrupted or has no summary", () => {
    const run = syntheticRun();
    const failed: Run = { ...run, summary: { ...run.summary!, status: "failed", reason: "criticLoss is NaN." } };
    const interrupted: Run = { ...run, summary: { ...run.summary!, status: "interrupted" } };
    const { summary: _, ...killed } = run;
    expect(text(reportPage([failed]))).toContain("seed 0 failed after 30,000 updates and 20,000 online steps: criticL");
    expect(text(reportPage([interrupted]))).toContain("was interrupted after 30,000 updates");
    expect(text(reportPage([killed]))).toContain("has no summary: it is still running, or it was killed");
    expect(single.includes('role="note"')).toBe(false);
  });

  it("warns when the runs of an agent differ in more than their seed", () => {
    const page = reportPage([syntheticRun(), syntheticRun({ seed: 1, settings: { conservativeWeight: 10 } })]);
    expect(text(page)).toContain(
      "differ in more than their seed, and their mean mixes them: conservativeWeight (5, 10)",
    );
  });

  it("escapes what comes from files", () => {
    const evil = `<img src=x onerror="a">&'`;
    const run = syntheticRun({ task: evil, settings: { agent: evil, [evil]: evil } });
    const page = reportPage([
      {
        ...run,
        folder: evil,
        config: { ...run.config, dataset: { ...run.config.dataset, source: evil } },
        metrics: run.metrics.map((line) => ({ ...line, metrics: { ...line.metrics, [evil]: 1 } })),
        summary: { ...run.summary!, status: "failed", reason: evil },
      },
    ]);
    expect(page.includes("<img")).toBe(false);
    expect(parseHTML(page).document.querySelectorAll("img").length).toBe(0);
    expect(text(page)).toContain(evil);
  });

  it("survives runs that hold almost nothing", () => {
    const run = syntheticRun();
    const empty: Run = {
      folder: run.folder,
      config: { ...run.config, settings: {} },
      metrics: [],
      evaluations: [],
      notices: [],
    };
    expect(text(reportPage([empty]))).toContain("unnamed agent on unnamed task");
    expect(text(reportPage([{ ...run, evaluations: run.evaluations.slice(0, 1), metrics: [] }]))).toContain("cal-ql");
    const notFinite = run.metrics.map((line) => ({ ...line, metrics: { criticLoss: Number.NaN } }));
    expect(/(d|x1|y1|transform)="[^"]*NaN/.test(reportPage([{ ...run, metrics: notFinite }]))).toBe(false);
  });

  it("refuses no runs", () => {
    expect(() => reportPage([])).toThrow(/at least one run/);
  });
});

describe("a chart", () => {
  it("gives one chart as a file of its own with its colours and key", () => {
    const svg = chartFile([syntheticRun(), syntheticRun({ agent: "cql" })], "calibration");
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain("--series-1:");
    expect(svg).toContain("return-to-go G");
  });

  it("suggests a name for an unknown chart and refuses several tasks", () => {
    expect(() => chartFile([syntheticRun()], "sucess")).toThrow(/Did you mean "success"/);
    expect(() => chartFile([syntheticRun(), syntheticRun({ task: "other" })], "success")).toThrow(/one task/);
    expect(() => chartFile([syntheticRun({ agent: "cql" })], "boundRate")).toThrow(/recorded nothing/);
  });
});

it("the public functions give the same page and the same chart", async () => {
  const runs = [syntheticRun()];
  expect(await renderReport(runs, { title: "A title" })).toBe(reportPage(runs, { title: "A title" }));
  expect(await renderChartSvg(runs, "success", 400)).toBe(chartFile(runs, "success", 400));
  await expect(renderReport([])).rejects.toThrow(/at least one run/);
});
