/** Built-in environments for tests, which answer at once. */
import type { EnvironmentOptions, SyncEnvironment } from "./environment.js";
import { makeEnvironment } from "./registry.js";

export async function makeSync(name: string, options?: EnvironmentOptions): Promise<SyncEnvironment> {
  return (await makeEnvironment(name, options)) as SyncEnvironment;
}
