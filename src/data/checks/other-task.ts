/**
 * Whether the name of a task that stands in data is plainly another one than the run's. Every library names tasks in its
 * own form (antmaze-umaze, D4RL/antmaze/umaze-v1, AntMaze_UMaze-v4), and an environment of one's own may have any name,
 * so names of another form only count where both are of families that everybody knows.
 */

/** How the families' names are found in a name without its punctuation; the particular before the general. */
const families: readonly (readonly [family: string, found: RegExp])[] = [
  ["antmaze", /antmaze/],
  ["pointmaze", /pointmaze|maze2d/],
  ["humanoidmaze", /humanoidmaze/],
  ["gridworld", /gridworld/],
  ["corridor", /^corridor/],
  ["kitchen", /kitchen/],
  ["door", /^door|adroithanddoor|d4rldoor/],
  ["pen", /^pen(human|cloned|expert|binary|v?\d*$)|adroithandpen|d4rlpen/],
  ["hammer", /^hammer|adroithandhammer|d4rlhammer/],
  ["relocate", /^relocate|adroithandrelocate|d4rlrelocate/],
  ...["halfcheetah", "hopper", "walker2d", "humanoid", "swimmer", "reacher", "inverteddoublependulum"].map(known),
  ...["invertedpendulum", "pendulum", "cartpole", "acrobot", "mountaincar", "lunarlander", "minigrid"].map(known),
  ...["pickcube", "stackcube", "pushcube", "peginsertion", "pusht", "nutassembly", "toolhang", "twoarm"].map(known),
  ["robomimic", /^(lift|can|square|transport)$/],
];
const mazes: readonly string[] = ["antmaze", "pointmaze", "humanoidmaze"];
const sizes = /umaze|medium|large|giant/;
const version = /-v\d+$/;

export function isOtherTask(task: string, recorded: string): boolean {
  if (task === recorded) return false;
  const [own, other] = [withoutOptions(task), withoutOptions(recorded)];
  if (own === other) return true; // an environment with other options
  const [ownFamily, otherFamily] = [familyOf(own), familyOf(other)];
  if (ownFamily && otherFamily)
    return ownFamily !== otherFamily || (mazes.includes(ownFamily) && sizesDiffer(plain(own), plain(other)));
  if (!hasOwnForm(other)) return false;
  return !plain(own).includes(plain(other)) && !plain(other).includes(plain(own));
}

/** Whether a name is in the form of calql's own tasks: no capitals, folders or version. */
export function hasOwnForm(task: string): boolean {
  return /^[^A-Z/]*$/.test(task) && !version.test(task);
}

function known(family: string): readonly [string, RegExp] {
  return [family, new RegExp(family)];
}

function withoutOptions(task: string): string {
  return task.split("?", 1)[0]!;
}

function plain(task: string): string {
  return task.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function familyOf(task: string): string | undefined {
  return families.find(([, found]) => found.test(plain(task.replace(version, ""))))?.[0];
}

function sizesDiffer(own: string, other: string): boolean {
  const [ownSize, otherSize] = [sizes.exec(own)?.[0], sizes.exec(other)?.[0]];
  return ownSize !== undefined && otherSize !== undefined && ownSize !== otherSize;
}
