/**
 * `calql export`: a policy from a run's checkpoints, as an ONNX file.
 */
import type { Command } from "commander";
import { type ExportedPolicy, exportPolicy } from "../runs/export-policy.js";
import { importForRun } from "./imports.js";
import { resultText } from "./progress.js";

export function defineExport(command: Command): void {
  command
    .argument("<run>", "run folder; the run may be at work")
    .option("--best", "the state that was evaluated best: by success, then by return")
    .option("--out <file>", "file to write (default: policy-last.onnx or policy-best.onnx in the run folder)")
    .action(async (folder: string, { best = false, out }: { best?: boolean; out?: string }) => {
      await importForRun(folder, `calql export ${folder}`);
      const onNotice = (sentence: string) => void process.stderr.write(`${sentence}\n`);
      const exported = await exportPolicy({ folder, best, ...(out !== undefined && { out }), onNotice });
      process.stdout.write(`${best ? "best" : "newest"} state: ${stateText(exported)} (policy: ${exported.path})\n`);
    });
}

/** "online, after 1500 updates, 500 online steps, success 40 %, return -12.30" */
function stateText({ phase, updates, onlineSteps, evaluation }: ExportedPolicy): string {
  const where = `${phase}, after ${updates} updates, ${onlineSteps} online steps`;
  if (!evaluation) return `${where}, not evaluated`;
  return `${where}, ${resultText(evaluation, 4)}`;
}
