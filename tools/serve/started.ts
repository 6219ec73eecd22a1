/**
 * Servers as processes of their own, which say in their first line where they are.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { RunFailure } from "../../src/errors.js";

export interface Started {
  readonly process: ChildProcess;
  readonly port: number;
  /** Ends it and waits until it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program of Node's and waits for "http://127.0.0.1:PORT" in its output. @throws RunFailure if it ends before */
export function start(words: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [...words], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (piece: Buffer) => {
      said += piece;
      const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? [];
      if (port === undefined) return;
      const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
        child.kill(signal);
        await ended;
      };
      resolve({ process: child, port: Number(port), stop });
    };
    child.stdout!.on("data", listen);
    child.stderr!.on("data", (piece: Buffer) => {
      said += piece;
    });
    child.once("exit", () => reject(new RunFailure(`node ${words.join(" ")} ended before it listened: ${said}`)));
  });
}
