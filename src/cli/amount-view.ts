/**
 * What a person sees while an amount of work is done: a bar with the time left on a terminal; elsewhere nothing, because
 * the result's own lines are enough.
 */
import cliProgress from "cli-progress";
import type { ProgressOutput } from "./progress.js";

export interface AmountView {
  /** @param total undefined where it is not known: then only what is done is shown */
  readonly show: (done: number, total: number | undefined) => void;
  readonly stop: () => void;
}

/** @param label what is being done, such as "collecting" */
export function amountView(label: string, stream: ProgressOutput = process.stderr): AmountView {
  if (!stream.isTTY) return { show: () => {}, stop: () => {} };
  let bar: cliProgress.SingleBar | undefined;
  return {
    show: (done, total) => {
      if (!bar) {
        bar = new cliProgress.SingleBar({ format: (total === undefined ? counting : drawn)(label), stream, fps: 4 });
        bar.start(total ?? 0, 0);
      }
      if (total !== undefined) bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar?.stop(),
  };
}

const drawn = (label: string) => `${label} {bar} {percentage}% | {value}/{total} | {eta_formatted} left`;
const counting = (label: string) => `${label} | {value} | {duration_formatted}`;
