/**
 * The entry point `calql/environments`: where policies act, wherever JavaScript runs. The contract and its spaces, environments
 * by name, the check of one's own, collected data, the exact values of gridworlds, and films of episodes. MuJoCo loads
 * when the first environment that needs it is made.
 */

export { DataError, RunFailure, UsageError } from "../errors.js";
export { RandomStream } from "../random.js";
export * from "./exports.js";
export { type Act, type Film, type FilmOptions, filmEpisode } from "./film.js";
