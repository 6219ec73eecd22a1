/**
 * Words in a flat picture, in capitals of three by five dots: enough to say what a coloured area is, where there is no
 * page around the picture that could hold a key.
 */

/** The letters that are drawn so far, row by row from the top. */
const letters: Readonly<Record<string, readonly string[]>> = {
  A: [".#.", "#.#", "###", "#.#", "#.#"],
  E: ["###", "#..", "##.", "#..", "###"],
  G: [".##", "#..", "#.#", "#.#", ".##"],
  I: ["###", ".#.", ".#.", ".#.", "###"],
  L: ["#..", "#..", "#..", "#..", "###"],
  O: [".#.", "#.#", "#.#", "#.#", ".#."],
  T: ["###", ".#.", ".#.", ".#.", ".#."],
  X: ["#.#", "#.#", ".#.", "#.#", "#.#"],
};

const [across, down] = [3, 5];

/** An area of a picture, in pixels from the top left. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Which places the letters of a word cover in the middle of an area, one beside the other, or below it where `upright`;
 * none where it has no room.
 */
export function wordIn(area: Area, word: string, upright = false): (x: number, y: number) => boolean {
  const long = word.length * ((upright ? down : across) + 1) - 1;
  const [columns, rows] = upright ? [across, long] : [long, down];
  const dot = Math.floor(Math.min(area.width / (columns + 2), area.height / (rows + 2))); // one stays free on every side
  if (dot < 1) return () => false;
  const left = Math.round(area.left + (area.width - columns * dot) / 2);
  const top = Math.round(area.top + (area.height - rows * dot) / 2);
  return (x, y) => {
    const [column, row] = [Math.floor((x - left) / dot), Math.floor((y - top) / dot)];
    const at = upright ? Math.floor(row / (down + 1)) : Math.floor(column / (across + 1));
    const [c, r] = upright ? [column, row - at * (down + 1)] : [column - at * (across + 1), row];
    return letters[word[at] ?? ""]?.[r]?.[c] === "#";
  };
}
