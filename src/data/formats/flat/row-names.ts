/**
 * The names that the field gives to arrays with one value a row, and what each says: one vocabulary for all files of
 * flat rows. They are those of D4RL, Gymnasium, Stable-Baselines3, CleanRL, TD3, JaxRL, d3rlpy 1 and Tianshou. A name
 * that is not here is nothing to guess about: such an array is refused by its name until the user says to ignore it.
 */

/** What an array with one value a row says. */
export type RowRole =
  | "observations"
  | "nextObservations"
  | "actions"
  | "rewards"
  /** 1 where the task ended. */
  | "terminals"
  /** 0 where the task ended, else 1. */
  | "masks"
  /** 1 where the clock ended the episode. */
  | "timeouts"
  /** 1 where an episode ended: whether by task or clock, another array must say. */
  | "dones"
  /** 1 in the last row of an episode, however it ended. */
  | "ends"
  /** 1 in the first row of an episode. */
  | "starts"
  /** The episode that the row belongs to. */
  | "episodes"
  /** Counts the steps or the time of an episode: another one begins where it falls back. */
  | "counters"
  /** 1 where the task was solved. */
  | "success"
  /** Says nothing about steps and episodes that is not said elsewhere. */
  | "harmless";

const names: Readonly<Record<RowRole, readonly string[]>> = {
  observations: ["observations", "observation", "obs", "states", "state"],
  nextObservations: [
    ...["next_observations", "next_observation", "next_obs", "obs_next", "new_obs", "next_states", "next_state"],
  ],
  actions: ["actions", "action", "acts", "act"],
  rewards: ["rewards", "reward", "rews", "rew"],
  terminals: [
    "terminals",
    "terminal",
    "terminated",
    "terminateds",
    "terminations",
    "termination",
    "is_terminal",
    "is_terminated",
  ],
  masks: ["masks", "mask", "not_dones", "not_done"],
  timeouts: [
    "timeouts",
    "timeout",
    "truncations",
    "truncation",
    "truncated",
    "truncateds",
    "is_timeout",
    "is_truncated",
    ...["timelimit.truncated"],
  ],
  dones: ["dones", "done", "is_done"],
  ends: [
    "episode_ends",
    "episode_end",
    "episode_terminals",
    "is_last",
    "ends",
    "last",
    "dones_float",
    "is_end",
    "end_of_episode",
    "episode_done",
    "episode_over",
  ],
  starts: ["episode_starts", "episode_start", "is_first", "starts", "first"],
  episodes: [
    ...["episodes", "episode", "episode_ids", "episode_id", "episode_index", "eps_id", "demo_id"],
    ...["trajectory_ids", "trajectory_id", "traj_ids", "traj_id"],
  ],
  counters: ["step", "steps", "timestep", "timesteps", "time_step", "time_steps", "t", "time", "index"],
  success: ["success", "successes", "is_success", "succeeded", "task_success", "solved", "is_solved"],
  // Simulator states beside observations, and what a learner once thought of the steps.
  harmless: ["qpos", "qvel", "indices", "log_prob", "log_probs", "action_log_probs", "values", "advantages", "returns"],
};

const roles: ReadonlyMap<string, RowRole> = new Map(
  (Object.keys(names) as RowRole[]).flatMap((role) => names[role].map((name) => [name, role] as const)),
);

/** What an array of this name, or of this path in a file, says; undefined where the name is not known. */
export function rowRole(name: string): RowRole | undefined {
  return roles.get(
    name
      .slice(name.lastIndexOf("/") + 1)
      .toLowerCase()
      .replaceAll("-", "_"),
  );
}

/** What a column says: as arrays are named, but applications also write "isLast". */
export function columnRole(name: string): RowRole | undefined {
  return rowRole(name) ?? rowRole(snakeCase(name));
}

/** "isLast" as "is_Last". */
export function snakeCase(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1_$2");
}

/** The names that say one thing. */
export function namesOf(role: RowRole): readonly string[] {
  return names[role];
}

/** Whether some of the names say each of these. */
export function sayAll(found: Iterable<string>, wanted: readonly RowRole[]): boolean {
  const said = new Set(Array.from(found, rowRole));
  return wanted.every((role) => said.has(role));
}

/** Arrays of which one is enough to tell where episodes end, or which rows follow each other. */
const endRoles = ["terminals", "masks", "timeouts", "dones", "ends", "starts", "episodes"] as const;

/** Whether arrays of these names are transitions: observations, actions, rewards and a mark of where episodes end. */
export function areTransitions(names: ReadonlySet<string>): boolean {
  // Split points of trajectories, as imitation's archives have them, count no rows.
  if (names.has("indices") || isEpisodeFile(names) || !sayAll(names, ["observations", "actions"])) return false;
  const said = new Set(Array.from(names, rowRole));
  if (!said.has("rewards") && !said.has("success")) return false;
  return said.has("nextObservations") || endRoles.some((role) => said.has(role));
}

/** Whether they are those of one file of a folder of episodes, whose rows have the action that led to them. */
export function isEpisodeFile(names: ReadonlySet<string>): boolean {
  if (!names.has("action") || !names.has("reward")) return false;
  return names.has("discount") || (names.has("is_first") && names.has("is_terminal"));
}
