/** For tests of the watch over calls: ways to hang, runs that end by them, and what such a run leaves open. */

import type { TrainSettings } from "../settings/configuration.js";
import { readRun } from "./read.js";
import { errorOf, newFolder, openEnvironments, trainTiny } from "./tiny-run.fixture.js";

/** Ways in which JavaScript does not come back; each catches whatever it can. */
export const hangs: Readonly<Record<string, () => void>> = {
  "a loop": () => {
    for (;;);
  },
  "a loop that catches errors": () => {
    for (;;)
      try {
        for (;;);
      } catch {}
  },
  "waiting for a lock": () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  "a loop in WebAssembly": () => {
    const module = "0061736d010000000104016000000302010007050101660000" + "0a0901070003400c000b0b";
    const bytes = Uint8Array.from(module.match(/../g)!, (byte) => Number.parseInt(byte, 16));
    const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: LoopMaker }).WebAssembly;
    new Instance(new Module(bytes)).exports.f();
  },
};

/** The part of WebAssembly that is needed: TypeScript knows it in browsers alone. */
interface LoopMaker {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { f(): void } };
}

/** Settings under which a hang is soon told from a slow answer. */
export const hasty: TrainSettings = { environmentTimeoutSeconds: 0.3 };

/** A run that fails, and what it left. */
export async function failing(task: string, settings: TrainSettings) {
  const folder = newFolder();
  const error = await errorOf(trainTiny(task, { ...hasty, ...settings }, { folder }));
  return { error, folder, run: readRun(folder) };
}

/** How many environments of a task were made and not closed, because `close` is one more call that may not end. */
export function leftOpen(task: string): number {
  return [...openEnvironments].filter(({ name }) => name === task).length;
}
