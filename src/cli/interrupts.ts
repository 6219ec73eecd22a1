/**
 * Ctrl-C in every long-running command: the first asks the work to stop cleanly; the second ends the process. SIGTERM,
 * with which services and batch systems end a process, means the same.
 */

/** The exit code of a process that Ctrl-C has ended. */
export const INTERRUPTED = 130;

const signals = ["SIGINT", "SIGTERM"] as const;

/** Does the work with a signal that the first SIGINT or SIGTERM aborts; the second, whichever, ends the process. */
export async function untilInterrupted<T>(stopping: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const stopListening = () => {
    for (const name of signals) process.off(name, interrupt);
  };
  const interrupt = () => {
    stopListening();
    stop.abort();
    stopping();
  };
  for (const name of signals) process.on(name, interrupt);
  try {
    return await work(stop.signal);
  } finally {
    stopListening();
  }
}
