/**
 * Watching a policy: plays an episode and keeps pictures of it, with what the policy sees in their corner where it sees. How long it will last is not known beforehand, so when
 * there are too many frames every second one is dropped and later ones are taken at twice the interval.
 */

import { UsageError } from "../errors.js";
import { copyFrame, type Frame, makeFrame } from "../rendering/frame.js";
import { drawInset, type Pixels } from "../rendering/inset.js";
import type { Environment, Observation } from "./environment.js";
import { resetIn, type Stage, stepIn } from "./environment-call.js";

/** An action for an observation; the array may be overwritten by the next call. */
export type Act = (observation: Observation) => Promise<Float32Array>;

/** The episode that is filmed, and its pictures. */
export interface FilmOptions {
  readonly environment: Environment;
  readonly act: Act;
  readonly seed: number;
  /** Edge of the square pictures, in pixels. */
  readonly size: number;
  /** Steps from picture to picture; without it as many as `mostFrames` asks for. */
  readonly every?: number;
  /** The largest number of pictures, at least 2; the last state is always among them. */
  readonly mostFrames: number;
  /** Called after every step, with the number of steps so far. */
  readonly onStep?: (steps: number) => void;
  /** Ends the episode early; what was seen until then is kept. */
  readonly signal?: AbortSignal;
}

/** Milliseconds after which other events get their turn. */
const WAIT_EVERY = 10;

/** What was seen of an episode, and how it went. */
export interface Film {
  readonly frames: readonly Frame[];
  /** The steps after which the pictures were taken. */
  readonly steps: readonly number[];
  readonly length: number;
  /** Undiscounted. */
  readonly return: number;
  /** Whether `info.success` was true at least once; null where it is not known. */
  readonly success: boolean | null;
}

/**
 * Plays one episode and films it.
 * @throws UsageError if the environment cannot draw itself; RunFailure naming the step if it fails
 */
export async function filmEpisode({ environment, act, seed, size, ...options }: FilmOptions): Promise<Film> {
  refuseBlind(environment);
  const stage: Stage = { environment, episode: { kind: "the episode with seed", number: seed } };
  const reel = new Reel(environment, size, options.mostFrames, options.every);
  let { observation, info } = await resetIn(stage, seed);
  let total = 0;
  let length = 0;
  let success = info.success;
  let waited = performance.now();
  reel.see(0, observation);
  for (let over = false; !over && !options.signal?.aborted; ) {
    const result = await stepIn(stage, (await act(observation)).slice(), ++length);
    ({ observation, info } = result);
    total += result.reward;
    success = success === true ? success : info.success;
    over = result.terminated || result.truncated;
    reel.see(length, observation);
    options.onStep?.(length);
    if (performance.now() - waited > WAIT_EVERY) {
      // An answer that costs no waiting must not keep the signal from being heard.
      await new Promise((resolve) => setTimeout(resolve));
      waited = performance.now();
    }
  }
  reel.end(length, observation);
  return { frames: reel.frames, steps: reel.steps, length, return: total, success };
}

/** @throws UsageError if the environment has no `render` */
export function refuseBlind(environment: Environment): void {
  if (!environment.render)
    throw new UsageError(
      `The environment ${environment.name} cannot draw itself; give it a method render(frame) that fills frame.pixels, and watch again.`,
    );
}

/** The pictures so far, at even distances. */
class Reel {
  readonly frames: Frame[] = [];
  readonly steps: number[] = [];
  private readonly canvas: Frame;
  private every: number;

  constructor(
    private readonly environment: Environment,
    size: number,
    private readonly most: number,
    private readonly fixed?: number,
  ) {
    this.canvas = makeFrame(size, size);
    this.every = fixed ?? 1;
  }

  see(step: number, observation: Observation): void {
    if (step % this.every !== 0) return;
    // One place is left for the end.
    if (this.fixed === undefined && this.frames.length >= this.most - 1) this.thin();
    if (step % this.every === 0) this.take(step, observation);
  }

  /** The last state, if it was not seen. */
  end(step: number, observation: Observation): void {
    if (this.steps.at(-1) !== step) this.take(step, observation);
  }

  private take(step: number, observation: Observation): void {
    this.environment.render?.(this.canvas);
    picturesIn(this.environment, observation).forEach((picture, place) => {
      drawInset(this.canvas, picture, place);
    });
    this.frames.push(copyFrame(this.canvas));
    this.steps.push(step);
  }

  private thin(): void {
    this.every *= 2;
    for (let i = this.steps.length - 1; i >= 0; i--)
      if (this.steps[i]! % this.every !== 0) {
        this.steps.splice(i, 1);
        this.frames.splice(i, 1);
      }
  }
}

/** The pictures of an observation: what the policy sees. */
function picturesIn({ observationSpace: space }: Environment, observation: Observation): Pixels[] {
  if (space.kind === "box") return [];
  return Object.entries(space.parts).flatMap(([name, part]) => {
    if (part.kind !== "pixels" || part.shape[2] !== 3) return [];
    const [height, width] = part.shape;
    return [{ height, width, pixels: (observation as Readonly<Record<string, Uint8Array>>)[name]! }];
  });
}
