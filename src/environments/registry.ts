/**
 * The names under which environments are known, and the one way to make them. The built-in ones are here from the start; a user
 * adds an environment with `registerEnvironment` and can then name it wherever a built-in one is named.
 */
import { RunFailure, reasonIn, UsageError, unknownName } from "../errors.js";
import { shown } from "../requirement.js";
import { adroitTaskNames, makeAdroit } from "./adroit/adroit.js";
import { makeAntDirection } from "./ant/ant-direction.js";
import { antMazes, makeAntMaze } from "./ant/antmaze.js";
import { isUnawaitedPromise } from "./contract.js";
import type { Environment } from "./environment.js";
import { makeGridWorld } from "./gridworld/gridworld.js";
import { gridNames } from "./gridworld/gridworld-layouts.js";
import { guardEnvironment } from "./guard.js";
import type { EnvironmentOptions } from "./options.js";
import { makePointMaze, pointMazes } from "./pointmaze/pointmaze.js";

/** Makes a fresh environment; it validates its own options. */
export type EnvironmentFactory = (options: EnvironmentOptions) => Environment;

const factories = new Map<string, EnvironmentFactory>();
for (const name of pointMazes.keys()) factories.set(`pointmaze-${name}`, (options) => makePointMaze(name, options));
for (const name of antMazes.keys()) factories.set(`antmaze-${name}`, (options) => makeAntMaze(name, options));
factories.set("ant-direction", makeAntDirection);
for (const task of adroitTaskNames) {
  factories.set(`${task}-binary`, (options) => makeAdroit(task, "binary", options));
  factories.set(task, (options) => makeAdroit(task, "dense", options));
}
for (const grid of gridNames) factories.set(`gridworld-${grid}`, (options) => makeGridWorld(grid, options));

/** The names that `makeEnvironment` knows, in the order of their registration. */
export function environmentNames(): string[] {
  return [...factories.keys()];
}

/**
 * Makes `name` known. The environment needs no checks of its own for calls in the wrong order or malformed actions,
 * because every environment is made inside a guard; `checkEnvironment` tells whether the rest is right.
 * @throws UsageError when the name is empty or taken, or the factory is no function.
 */
export function registerEnvironment(name: string, factory: EnvironmentFactory): void {
  if (typeof name !== "string" || name.trim() === "")
    throw new UsageError("An environment cannot be registered without a name; give it one.");
  if (factories.has(name))
    throw new UsageError(`An environment "${name}" is registered already; register yours under another name.`);
  if (typeof factory !== "function")
    throw new UsageError(
      `The factory of the environment "${name}" is ${shown(factory)}; give a function that returns a fresh environment at every call.`,
    );
  factories.set(name, factory);
}

/**
 * A fresh, guarded environment, e.g. `makeEnvironment("pointmaze-umaze", { start: "diverse" })`. Call `close` when it is
 * no longer needed: its physics lives outside JavaScript's memory.
 * @throws UsageError when the name or an option is unknown; RunFailure when its factory throws anything else.
 */
export function makeEnvironment(name: string, options: EnvironmentOptions = {}): Environment {
  const factory = factories.get(name);
  if (!factory) throw unknownName("environment", name, environmentNames());
  try {
    const environment = factory(options);
    if (isUnawaitedPromise(environment))
      throw new TypeError("its factory returned a Promise; environments are synchronous, so return one that is ready");
    return guardEnvironment(environment, name);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new RunFailure(`The environment ${name} could not be made: ${reasonIn(error)}. Mend it and run again.`, {
      cause: error,
    });
  }
}
