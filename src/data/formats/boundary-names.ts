/**
 * Names of columns that speak of where episodes end or begin, wider than the vocabulary of `flat/row-names.ts`:
 * `game_over`, `episodeFinished`, `last_step`, `new_episode`. Nothing is read by them. But such a column that is set
 * within an episode contradicts that it is one, so that it cannot be passed over (`end-evidence.ts`).
 */
import { endMarkOf, roleOf } from "./end-marks.js";
import { snakeCase } from "./flat/row-names.js";

/** What a set flag says of its row: that it is an episode's last, or its first, or, as "reset" does, one of both. */
export type Boundary = "last" | "first" | "either";

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

const lasts = words(
  "end ends ended ending done dones last final finish finished finishes over terminal terminals terminate terminated terminates termination truncated truncation timeout timeouts limit horizon eoe",
);
const firsts = words("start starts started begin begins beginning first new");
const resets = words("reset resets");
/** Words that may stand beside: "price", "visit" or "click" among them say that the flag is about something else. */
const beside = words(
  "is was has at of the this next by in needs episode episodes ep eps epi trajectory traj rollout game run task env demo session record recording sequence seq step timestep row frame flag mark marker time reached hit exceeded",
);

/** What a column of flags says by its name; undefined where the name speaks of something else. */
export function boundaryOf(name: string): Boundary | undefined {
  if (endMarkOf(name) !== undefined) return "last";
  if (roleOf(name) === "starts") return "first";
  const found = snakeCase(name.slice(name.lastIndexOf(".") + 1))
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const has = (some: ReadonlySet<string>) => found.some((word) => some.has(word));
  if (!found.every((word) => [lasts, firsts, resets, beside].some((some) => some.has(word)))) return undefined;
  if (has(resets)) return "either";
  if (has(firsts)) return "first";
  return has(lasts) ? "last" : undefined;
}
