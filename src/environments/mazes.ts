/**
 * The three mazes that the point and the ant share: their maps, where a cell lies in the world, the walls as MJCF, the
 * way through them (breadth-first waypoints), the options of their tasks, and when a goal is reached. Nothing here knows
 * what walks in the maze.
 */
import { z } from "zod";

export const mazeNames = ["umaze", "medium", "large"] as const;
export type MazeName = (typeof mazeNames)[number];

/** 1 is a wall, 0 is free, R the fixed start, G the fixed goal; rows run along y, columns along x (D4RL's maps). */
const maps: Record<MazeName, readonly string[]> = {
  umaze: ["11111", "1R001", "11101", "1G001", "11111"],
  medium: ["11111111", "1R011001", "10010001", "11000111", "10010001", "10100101", "100010G1", "11111111"],
  large: [
    "111111111111",
    "1R0001000001",
    "101101010101",
    "100000010001",
    "101111011101",
    "100101000001",
    "110101010111",
    "100100010G01",
    "111111111111",
  ],
};

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A place in the world, in metres; the centre of the start cell R is the origin. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

export interface Maze {
  readonly name: MazeName;
  /** The edge of a cell in metres. */
  readonly cellSize: number;
  readonly rows: number;
  readonly columns: number;
  readonly start: Cell;
  readonly goal: Cell;
  readonly walls: readonly Cell[];
  /** All cells that are not walls, start and goal included, row by row. */
  readonly freeCells: readonly Cell[];
}

/** How near the centre of the robot must come to the goal, in metres (D4RL, point and ant). */
export const goalRadius = 0.5;

/** What the tasks of point and ant let a user choose. */
export const mazeOptions = z.strictObject({
  start: z
    .enum(["fixed", "diverse"])
    .default("fixed")
    .describe("where episodes begin: in the cell R of the map, or in any free cell but the goal's"),
  horizon: z.int().positive().optional().describe("the largest number of steps of an episode"),
});

/** The maze of that name with cells of `cellSize` metres. */
export function makeMaze(name: MazeName, cellSize: number): Maze {
  const map = maps[name];
  const cellsOf = (symbols: string): Cell[] =>
    map.flatMap((line, row) =>
      [...line].flatMap((symbol, column) => (symbols.includes(symbol) ? [{ row, column }] : [])),
    );
  return {
    name,
    cellSize,
    rows: map.length,
    columns: map[0]!.length,
    start: cellsOf("R")[0]!,
    goal: cellsOf("G")[0]!,
    walls: cellsOf("1"),
    freeCells: cellsOf("0RG"),
  };
}

/** The centre of a cell. */
export function positionOf(maze: Maze, cell: Cell): Position {
  return {
    x: maze.cellSize * (cell.column - maze.start.column),
    y: maze.cellSize * (cell.row - maze.start.row),
  };
}

/** The cell that holds a place (it may be a wall); places outside the map belong to the nearest border cell. */
export function cellAt(maze: Maze, x: number, y: number): Cell {
  const clamp = (index: number, count: number) => Math.min(Math.max(index, 0), count - 1);
  return {
    row: clamp(Math.round(y / maze.cellSize) + maze.start.row, maze.rows),
    column: clamp(Math.round(x / maze.cellSize) + maze.start.column, maze.columns),
  };
}

/** Whether two cells are the same. */
export function sameCell(a: Cell, b: Cell): boolean {
  return a.row === b.row && a.column === b.column;
}

/** The walls as box geoms of MJCF, one per wall cell, from `bottom` to `top` metres; they collide with everything. */
export function wallGeoms(maze: Maze, bottom: number, top: number): string {
  const half = maze.cellSize / 2;
  const height = (top - bottom) / 2;
  return maze.walls
    .map((cell) => {
      const { x, y } = positionOf(maze, cell);
      const name = `wall_${cell.row}_${cell.column}`;
      return `<geom name="${name}" type="box" pos="${x} ${y} ${bottom + height}" size="${half} ${half} ${height}" contype="1" conaffinity="1"/>`;
    })
    .join("\n");
}

/** Steps from every cell to `goal` through free cells: [rows * columns], row-major; -1 where no way leads. */
export function distancesTo(maze: Maze, goal: Cell): Int32Array {
  const distances = new Int32Array(maze.rows * maze.columns).fill(-1);
  const free = new Set(maze.freeCells.map((cell) => indexOf(maze, cell)));
  const queue = [goal];
  distances[indexOf(maze, goal)] = 0;
  for (const cell of queue) {
    for (const next of neighbours(cell)) {
      const index = indexOf(maze, next);
      if (!free.has(index) || distances[index] !== -1) continue;
      distances[index] = distances[indexOf(maze, cell)]! + 1;
      queue.push(next);
    }
  }
  return distances;
}

/** Where to head next; `isGoal` says that it is the goal itself and not the centre of a cell on the way. */
export interface Waypoint extends Position {
  readonly isGoal: boolean;
}

/**
 * The shortest way to `goal` from anywhere in the maze: a function from a place to the centre of the next cell. Once
 * the goal lies in the next cell (or in this one), the waypoint is the goal itself.
 */
export function waypointsTo(maze: Maze, goal: Position): (x: number, y: number) => Waypoint {
  const goalCell = cellAt(maze, goal.x, goal.y);
  const distances = distancesTo(maze, goalCell);
  const atGoal: Waypoint = { ...goal, isGoal: true };
  const table = new Map(
    [...maze.freeCells, ...maze.walls].map((cell): [number, Waypoint] => {
      const next = nextCell(maze, distances, cell);
      const arrived = distances[indexOf(maze, cell)] === 0 || sameCell(next, goalCell);
      return [indexOf(maze, cell), arrived ? atGoal : { ...positionOf(maze, next), isGoal: false }];
    }),
  );
  return (x, y) => table.get(indexOf(maze, cellAt(maze, x, y)))!;
}

/** The neighbour nearest to the goal; a wall cell, into which a body may be pressed a little, leads back out. */
function nextCell(maze: Maze, distances: Int32Array, cell: Cell): Cell {
  let best = cell;
  let shortest = Number.POSITIVE_INFINITY;
  for (const next of neighbours(cell)) {
    if (next.row < 0 || next.column < 0 || next.row >= maze.rows || next.column >= maze.columns) continue;
    const distance = distances[indexOf(maze, next)]!;
    if (distance < 0 || distance >= shortest) continue;
    best = next;
    shortest = distance;
  }
  return best;
}

function neighbours({ row, column }: Cell): Cell[] {
  return [
    { row: row - 1, column },
    { row: row + 1, column },
    { row, column: column - 1 },
    { row, column: column + 1 },
  ];
}

function indexOf(maze: Maze, cell: Cell): number {
  return cell.row * maze.columns + cell.column;
}
