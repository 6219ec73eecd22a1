/**
 * The report for those who import calql: what draws it (Observable Plot, linkedom) loads when a page or a chart is first
 * asked for.
 */
import type { Run } from "../runs/read.js";
import type { ReportOptions } from "./page.js";

/**
 * The page for one run or several, as HTML: runs of one agent are averaged, agents overlaid, tasks kept apart.
 * @throws UsageError without any run
 */
export async function renderReport(runs: readonly Run[], options?: ReportOptions): Promise<string> {
  const { reportPage } = await import("./page.js");
  return reportPage(runs, options);
}

/**
 * One chart as an SVG file of its own, readable in light and dark, for documents.
 * @param name "success", "return", "score", "calibration" or a metric's name
 * @param width in CSS pixels, as the height; 880 by 330 where none is given
 * @throws UsageError if the runs are of several tasks, or the chart is unknown or was never recorded
 */
export async function renderChartSvg(
  runs: readonly Run[],
  name: string,
  width?: number,
  height?: number,
): Promise<string> {
  const { chartFile } = await import("./charts.js");
  return chartFile(runs, name, width, height);
}
