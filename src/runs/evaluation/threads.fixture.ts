/** For tests of evaluations in threads: the built thread, and a file as a user imports it, which registers tasks on a line. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtProgram } from "../../cli/built.fixture.js";
import { makeEnvironment } from "../../environments/registry.js";
import type { Policy } from "../../training/ports.js";
import { ParallelEvaluator, type ParallelOptions } from "./parallel-evaluator.js";

export const program = builtProgram();
export const entry = join(program.place, "dist", "runs", "evaluation", "worker.js");

/** What the tasks of the file do at step 3 of an episode, in a thread of an evaluation. */
const atStepThree = {
  "threaded line": "",
  "threaded line that throws": 'throw new Error("the motor is hot");',
  "threaded line that hangs": "for (;;);",
  "threaded line that ends its thread": "process.exit(3);",
};

export type LineTask = keyof typeof atStepThree;

/** The path of a file that registers them. */
export function lineFile(): string {
  const file = join(mkdtempSync(join(program.place, "tasks-")), "lines.mjs");
  const registry = pathToFileURL(join(program.place, "dist", "environments", "index.js")).href;
  const cases = Object.entries(atStepThree).map(([name, code]) => `${JSON.stringify(name)}: () => { ${code} }`);
  writeFileSync(
    file,
    `import { isMainThread } from "node:worker_threads";
    import { box, registerEnvironment } from ${JSON.stringify(registry)};
    const line = (atStepThree) => () => {
      let [step, position] = [0, 0];
      const seen = () => ({ observation: Float32Array.of(position, step), info: { success: position > 3, note() {} } });
      return {
        name: "line", horizon: 10, observationSpace: box(2, -100, 100), actionSpace: box(1, -1, 1), close() {},
        reset({ seed }) { [step, position] = [0, (seed % 7) / 7]; return seen(); },
        step([action]) {
          if (++step === 3 && !isMainThread) atStepThree();
          position += action;
          return { ...seen(), reward: position, terminated: position > 3, truncated: step >= 10 };
        },
      };
    };
    for (const [name, code] of Object.entries({ ${cases.join(", ")} })) registerEnvironment(name, line(code));`,
  );
  return file;
}

/** Plays in two threads from the first evaluation on, whatever it gains. */
export async function inThreads(task: string, options: Partial<ParallelOptions> = {}): Promise<ParallelEvaluator> {
  const first = await makeEnvironment(task);
  const leastGain = Number.NEGATIVE_INFINITY;
  return new ParallelEvaluator({
    ...{ task, first, episodes: 5, seed: 3, threads: 2, imports: [], leastGain, entry },
    ...options,
  });
}

/** A policy whose actions follow from what a row observes, from its place among the rows, and from how many there are. */
export function wavering(observationSize: number, actionSize: number): Policy {
  return {
    act: async (observations) => {
      const rows = observations as Float32Array;
      const count = rows.length / observationSize;
      return Float32Array.from({ length: count * actionSize }, (_, i) => {
        const row = Math.floor(i / actionSize);
        return Math.sin(i + count + rows[row * observationSize + (i % observationSize)]!);
      });
    },
  };
}
