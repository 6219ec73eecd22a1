/**
 * Where a served policy comes from, and whether there is a newer one: a file that somebody replaces, or a run, whose
 * best evaluated state counts, or the newest where none was evaluated.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileReason, UsageError } from "../errors.js";
import { bestCheckpoint, checkpointFolder } from "../runs/checkpoints/store.js";
import { exportPolicy } from "../runs/export-policy.js";
import { runFiles } from "../runs/record.js";

export interface PolicySource {
  /** What it is called in messages. */
  readonly name: string;
  /** Changes when there is another policy; undefined while there is none. */
  mark(): string | undefined;
  /** The file of the policy as it is now. @throws UsageError or RunFailure where there is none */
  file(): Promise<string>;
}

/** @param path a run folder or an ONNX file; @throws UsageError where there is neither */
export function policySource(path: string): PolicySource {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`There is no ${path}; give the folder of a run or an ONNX file.`);
  return found.isDirectory() ? runSource(path) : { name: path, mark: () => markOf(path), file: async () => path };
}

function runSource(folder: string): PolicySource {
  const best = join(folder, checkpointFolder, bestCheckpoint);
  const final = join(folder, runFiles.policy);
  return {
    name: folder,
    mark: () => markOf(best) ?? markOf(final),
    async file() {
      if (!existsSync(best) && existsSync(final)) return final;
      return (await exportPolicy({ folder, best: existsSync(best) })).path;
    },
  };
}

function markOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.ino} ${found.size} ${found.mtimeMs}`;
}

/** Looks for another policy again and again. */
export class SourceWatch {
  private known: string | undefined;
  /** A mark that was there when it was looked at last: what is still being written changes once more. */
  private seen: string | undefined;
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | undefined;

  /** @param take is given the source where there is another policy; @param onProblem is told why it was not taken */
  constructor(
    private readonly source: PolicySource,
    milliseconds: number,
    private readonly take: (source: PolicySource) => Promise<void>,
    private readonly onProblem: (sentence: string) => void,
  ) {
    this.known = source.mark();
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = undefined;
      });
    }, milliseconds);
  }

  /** Until what is being done is done. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const mark = this.source.mark();
    const isSettled = mark === this.seen;
    this.seen = mark;
    if (mark === undefined || mark === this.known || !isSettled) return;
    this.known = mark;
    try {
      await this.take(this.source);
    } catch (error) {
      this.onProblem(`The newer policy of ${this.source.name} was not taken: ${fileReason(error)}.`);
    }
  }
}
