/**
 * The folder for data that can be recreated or downloaded again: CALQL_CACHE, else .calql in the working folder.
 */
export function cacheFolder(): string {
  return process.env.CALQL_CACHE ?? ".calql";
}
