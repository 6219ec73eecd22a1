/**
 * The maps of the gridworlds: where one can stand, what is slippery, where it begins and where the goal is. How the
 * agent moves is described in `gridworld-dynamics.ts`.
 */
import type { Cell } from "../mazes.js";

export const gridNames = ["four-rooms", "cliff"] as const;
export type GridName = (typeof gridNames)[number];

/** The names of these tasks in the registry. */
export const gridTasks: readonly string[] = gridNames.map((grid) => `gridworld-${grid}`);

/**
 * `.` is firm floor, `~` slippery floor, `#` a wall, `C` the cliff, S the fixed start, G the goal; beyond the map there
 * are walls. Four rooms: the walls of Sutton, Precup and Singh (1999); both ways to the goal are 20 steps long, but one
 * of them crosses an icy room. Cliff: that of Sutton and Barto (example 6.6), whose edge is slippery here.
 */
const maps: Record<GridName, readonly string[]> = {
  "four-rooms": [
    "S....#~~~~~",
    ".....#~~~~~",
    "......~~~~~",
    ".....#~~~~~",
    ".....#~~~~~",
    "#.####~~~~~",
    ".....###.##",
    ".....#.....",
    ".....#.....",
    "...........",
    ".....#....G",
  ],
  cliff: ["............", "............", "~~~~~~~~~~~~", "SCCCCCCCCCCG"],
};

/** A cell that one can stand on. */
export interface GridCell extends Cell {
  readonly slippery: boolean;
}

export interface GridLayout {
  readonly rows: number;
  readonly columns: number;
  /** Where one can stand, row by row; the number of a cell in here is the state. */
  readonly cells: readonly GridCell[];
  /** States. */
  readonly start: number;
  readonly goal: number;
  /** The state of a place, or what stands there instead. */
  at(row: number, column: number): number | "wall" | "cliff";
}

/** The layout of that name. */
export function gridLayout(name: GridName): GridLayout {
  return parseLayout(maps[name]);
}

/** A layout from its map, all lines of one length with one S and one G. */
export function parseLayout(map: readonly string[]): GridLayout {
  const cells: GridCell[] = [];
  const places = map.map((line, row) =>
    [...line].map((symbol, column) => {
      if (symbol === "#") return "wall";
      if (symbol === "C") return "cliff";
      return cells.push({ row, column, slippery: symbol === "~" }) - 1;
    }),
  );
  const stateOf = (symbol: string) => cells.findIndex(({ row, column }) => map[row]![column] === symbol);
  return {
    rows: map.length,
    columns: map[0]!.length,
    cells,
    start: stateOf("S"),
    goal: stateOf("G"),
    at: (row, column) => places[row]?.[column] ?? "wall",
  };
}
