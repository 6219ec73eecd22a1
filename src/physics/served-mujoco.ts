/**
 * Stands for the package @mujoco/mujoco in browsers (package.json, "imports"): its loader asks for a module of Node
 * where it finds itself there, which no bundler for browsers can resolve. So it is not bundled but fetched when an
 * environment first needs it, from beside the bundle, where its WebAssembly must be served anyway.
 */
import type loadMujoco from "@mujoco/mujoco";
import { reasonIn, UsageError } from "../errors.js";

export default await served(new URL("mujoco.js", import.meta.url).href);

async function served(address: string): Promise<typeof loadMujoco> {
  try {
    const { default: load } = (await import(address)) as { readonly default: typeof loadMujoco };
    return load;
  } catch (error) {
    throw new UsageError(
      `MuJoCo cannot be loaded from ${address} (${reasonIn(error)}); serve mujoco.js and mujoco.wasm of the package @mujoco/mujoco beside the bundle.`,
    );
  }
}
