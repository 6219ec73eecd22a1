/**
 * Whether an .npz archive is OGBench's, by the names of its arrays. Many archives have observations, actions and
 * terminals, where terminals mark the task's end; OGBench's mark the last row of a recording, so these are only taken for
 * such where something speaks for it and nothing against it.
 */

/** All that OGBench's archives hold. */
const known = ["observations", "actions", "terminals", "qpos", "qvel", "button_states", "rewards", "masks"];

/**
 * OGBench records without a task, so that there are no rewards; its `relabel_dataset` makes rewards and masks. Rewards
 * alone, marks of the clock and stored next observations are not its own.
 */
export function mayBeOGBench(names: ReadonlySet<string>): boolean {
  const has = (...wanted: readonly string[]) => wanted.every((name) => names.has(name));
  if (!has("observations", "actions", "terminals") || [...names].some((name) => !known.includes(name))) return false;
  return names.has("rewards") ? has("masks") : true;
}

/** Whether nothing else saves arrays of these names: positions of the simulator beside masks, or no rewards. */
export function isOGBench(names: ReadonlySet<string>): boolean {
  return mayBeOGBench(names) && (names.has("qpos") || !names.has("rewards"));
}
