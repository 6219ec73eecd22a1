/** In how many threads a run's evaluations may be played, and what plays them. */
import { isOwnEnvironment } from "../../environments/registry.js";
import type { RunSettings } from "../../settings/settings.js";
import {
  EnvironmentEvaluator,
  type EpisodeEvaluator,
  type EvaluatorOptions,
} from "../../training/environment-evaluator.js";
import { importedFiles } from "../import-files.js";
import { ParallelEvaluator } from "./parallel-evaluator.js";

/**
 * Threads for the evaluations of a task. An environment of the user's own may be something of which there is only one (a
 * robot, a server): it is played in several threads only if the settings say so, and if a thread can make it, because a
 * file that was imported registers it.
 * @param cores threads where the settings leave them open
 */
export function evaluationThreads(
  { task, evaluationWorkers: asked }: { readonly task: string } & Pick<RunSettings, "evaluationWorkers">,
  cores: number,
): number {
  if (!isOwnEnvironment(task)) return asked ?? cores;
  return importedFiles().length > 0 ? (asked ?? 1) : 1;
}

/** @param onNotice told where the settings ask for threads that cannot be had */
export function evaluatorFor(
  options: EvaluatorOptions,
  settings: RunSettings,
  { cores, onNotice }: { readonly cores: number; readonly onNotice?: ((sentence: string) => void) | undefined },
): EpisodeEvaluator {
  const { task } = options;
  const { evaluationWorkers: asked } = settings;
  const threads = evaluationThreads({ task, evaluationWorkers: asked }, cores);
  if (threads < (asked ?? 1))
    onNotice?.(
      `The setting evaluationWorkers is ${asked}, but the environment ${task} is known to this thread alone, which plays the evaluations; register it in a file that is named with --import.`,
    );
  if (threads === 1) return new EnvironmentEvaluator(options);
  return new ParallelEvaluator({ ...options, threads, imports: importedFiles(), onNotice });
}
