/** Environments for tests that answer with promises, and that observe more than a vector. */
import { dict, type Environment, type MaybePromise, pixels, type SyncEnvironment } from "./environment.js";

/** Resolves in a later turn of the event loop. */
function later<Answer>(answer: () => MaybePromise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    setTimeout(() => {
      try {
        resolve(answer());
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The same environment, whose reset, step and close answer in a later turn of the event loop. */
export function promising(environment: Environment): Environment {
  return Object.assign(Object.create(environment) as Environment, {
    reset: (options?: { readonly seed?: number }) => later(() => environment.reset(options)),
    step: (action: Float32Array) => later(() => environment.step(action)),
    close: () => later(() => environment.close()),
  });
}

/** The same environment, whose observations are its vector and a picture of 2 x 3 pixels. */
export function depicted(environment: SyncEnvironment, shade = (x: number) => Math.round(Math.abs(x)) % 256) {
  const seen = <Answer extends { readonly observation: Float32Array }>({ observation: state, ...others }: Answer) => {
    const image = new Uint8Array(18).fill(shade(state[0]!));
    return { ...others, observation: { state, image } };
  };
  return Object.assign(Object.create(environment) as Environment, {
    observationSpace: dict({ state: environment.observationSpace, image: pixels(2, 3, 3) }),
    reset: (options?: { readonly seed?: number }) => seen(environment.reset(options)),
    step: (action: Float32Array) => seen(environment.step(action)),
  });
}
