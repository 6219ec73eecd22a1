/**
 * Threads that play the episodes of a collection: each is a player of the same settings, and which of them plays an episode
 * changes nothing.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { TaskCollection } from "../../environments/family.js";
import type { EpisodePlayer, NumberedEpisode, StartPlayers } from "../../environments/numbered-episodes.js";
import { RunFailure } from "../../errors.js";

/** What a thread is asked for. */
export interface EpisodeRequest {
  readonly number: number;
  readonly limit: number;
}

/** Where this file is not compiled there is no such thread, and everything is played where it was asked for. */
const builtEntry = fileURLToPath(new URL("./worker.js", import.meta.url));

/** Players in threads, one per core, for collections of more than one episode. @param entry the built worker.js */
export function playersFor({ entry = builtEntry, cores = availableParallelism() } = {}): StartPlayers {
  return (settings, episodes) => {
    const threads = Math.min(cores, episodes);
    if (threads === 1 || !existsSync(entry)) return undefined;
    return Array.from({ length: threads }, () => new ThreadPlayer(settings, entry));
  };
}

interface Waiting {
  resolve(played: NumberedEpisode): void;
  reject(failure: RunFailure): void;
}

class ThreadPlayer implements EpisodePlayer {
  private readonly worker: Worker;
  /** Those who wait, the first asked first. */
  private readonly waiting: Waiting[] = [];
  private failure: RunFailure | undefined;

  constructor({ startPlayers, onProgress, signal, ...settings }: TaskCollection, entry: string) {
    // Flags of the main thread, such as --input-type=module, would keep the thread from starting.
    this.worker = new Worker(entry, { workerData: settings, execArgv: [] });
    this.worker.on("message", (played: NumberedEpisode) => this.waiting.shift()!.resolve(played));
    this.worker.on("error", (error) => this.fail(error.message));
    this.worker.on("exit", (code) => this.fail(`it ended with exit code ${code}`));
  }

  play(number: number, limit: number): Promise<NumberedEpisode> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      this.waiting.push({ resolve, reject });
      this.worker.postMessage({ number, limit } satisfies EpisodeRequest);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(reason: string): void {
    this.failure ??= new RunFailure(`A thread of the collection is lost: ${reason}. Collect again.`);
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}
