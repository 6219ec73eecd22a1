/**
 * Ctrl-C as every long verb means it: once, it asks the work to end in order; a second time it ends the process.
 */

/** The exit code of a process that Ctrl-C has ended. */
export const INTERRUPTED = 130;

/** Does the work with a signal that the first SIGINT or SIGTERM aborts. */
export async function untilInterrupted<T>(stopping: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => {
    stop.abort();
    stopping();
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    return await work(stop.signal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}
