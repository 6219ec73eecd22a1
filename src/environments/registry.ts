/**
 * The names under which environments are known, and the one way to make them. The built-in ones are found through their
 * families; a user adds one with `registerEnvironment` and can then name it wherever a built-in one is named.
 */
import { RunFailure, reasonIn, UsageError, unknownName } from "../errors.js";
import { importHint, registered } from "../registered.js";
import { shown } from "../requirement.js";
import { withDeclaredMembers } from "./declared.js";
import type { Environment, EnvironmentOptions, MaybePromise } from "./environment.js";
import { families, familyOf } from "./families.js";
import { guardEnvironment } from "./guard.js";
import { splitTask } from "./task-name.js";

/** Makes a fresh environment, or promises one; it validates its own options. */
export type EnvironmentFactory = (options: EnvironmentOptions) => MaybePromise<Environment>;

const own = () => registered<EnvironmentFactory>("environments");

/** The names that `makeEnvironment` knows: the built-in ones, then others in the order of their registration. */
export function environmentNames(): string[] {
  return [...families.flatMap(({ tasks }) => tasks), ...own().keys()];
}

/**
 * Makes `name` known. The environment needs no checks of its own for calls in the wrong order or malformed actions,
 * because every environment is made inside a guard; `checkEnvironment` checks the rest.
 * @throws UsageError when the name is empty or taken, or the factory is no function.
 */
export function registerEnvironment(name: string, factory: EnvironmentFactory): void {
  if (typeof name !== "string" || name.trim() === "")
    throw new UsageError("An environment cannot be registered without a name; give it one.");
  if (own().has(name) || familyOf(name))
    throw new UsageError(`An environment "${name}" is registered already; register yours under another name.`);
  if (typeof factory !== "function")
    throw new UsageError(
      `The factory of the environment "${name}" is ${shown(factory)}; give a function that returns a fresh environment at every call.`,
    );
  own().set(name, factory);
}

/** Whether a task is played in an environment that a user registered. */
export function isOwnEnvironment(task: string): boolean {
  return own().has(splitTask(task).name);
}

/**
 * A fresh, guarded environment, e.g. `await makeEnvironment("pointmaze-umaze", { start: "diverse" })`, or the same as
 * `"pointmaze-umaze?start=diverse"`. Call `close` when it is no longer needed: its physics lives outside JavaScript's
 * memory.
 * @throws UsageError when the name or an option is unknown; RunFailure when its factory throws anything else.
 */
export async function makeEnvironment(name: string, options: EnvironmentOptions = {}): Promise<Environment> {
  const task = splitTask(name);
  const factory = factoryOf(task.name);
  try {
    const made = factory({ ...task.options, ...options });
    return guardEnvironment(withDeclaredMembers(await made, name), name);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new RunFailure(`The environment ${name} could not be made: ${reasonIn(error)}. Mend it and run again.`, {
      cause: error,
    });
  }
}

/** @throws UsageError for an unknown name */
function factoryOf(name: string): EnvironmentFactory {
  const factory = own().get(name);
  if (factory) return factory;
  const family = familyOf(name);
  if (!family) {
    const cut = name.includes("=") ? " An option stands behind its task: name?option=value&option=value." : "";
    throw unknownName("environment", name, environmentNames(), `${cut}${importHint("environment")}`);
  }
  return (options) => family.make(name, options);
}
