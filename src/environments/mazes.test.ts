import { describe, expect, it } from "vitest";
import { cellAt, distancesTo, makeMaze, mazeNames, positionOf, wallGeoms, waypointsTo } from "./mazes.js";

describe("mazes", () => {
  it("have the sizes, free cells, starts and goals of the maps", () => {
    const shapes = mazeNames.map((name) => {
      const { rows, columns, start, goal, freeCells, walls } = makeMaze(name, 1);
      return [rows, columns, start.row, start.column, goal.row, goal.column, freeCells.length, walls.length];
    });
    expect(shapes).toEqual([
      [5, 5, 1, 1, 3, 1, 7, 18],
      [8, 8, 1, 1, 6, 6, 26, 38],
      [9, 12, 1, 1, 7, 9, 46, 62],
    ]);
  });

  it("put the start cell at the origin, columns along x and rows along y", () => {
    const maze = makeMaze("large", 4);
    expect(positionOf(maze, maze.start)).toEqual({ x: 0, y: 0 });
    expect(positionOf(maze, maze.goal)).toEqual({ x: 32, y: 24 });
    expect(cellAt(maze, 33.9, 22.1)).toEqual(maze.goal);
    expect(cellAt(maze, -1e6, 1e6)).toEqual({ row: 8, column: 0 });
    for (const cell of [...maze.freeCells, ...maze.walls]) {
      const { x, y } = positionOf(maze, cell);
      expect(cellAt(maze, x, y)).toEqual(cell);
    }
  });

  it("are connected, with the goal 6, 10 and 14 cells away from the start", () => {
    const lengths = mazeNames.map((name) => {
      const maze = makeMaze(name, 1);
      const distances = distancesTo(maze, maze.goal);
      for (const cell of maze.freeCells)
        expect(distances[cell.row * maze.columns + cell.column]).toBeGreaterThanOrEqual(0);
      for (const cell of maze.walls) expect(distances[cell.row * maze.columns + cell.column]).toBe(-1);
      return distances[maze.start.row * maze.columns + maze.start.column];
    });
    expect(lengths).toEqual([6, 10, 14]);
  });

  it("lead along free cells to the goal, and end at the goal itself", () => {
    for (const name of mazeNames) {
      const maze = makeMaze(name, 4);
      const centre = positionOf(maze, maze.goal);
      const goal = { x: centre.x + 1.2, y: centre.y + 0.7 };
      const waypoint = waypointsTo(maze, goal);
      const visited = [positionOf(maze, maze.start)];
      while (visited.length < 50) {
        const next = waypoint(visited.at(-1)!.x, visited.at(-1)!.y);
        visited.push(next);
        if (next.isGoal) break;
        expect(maze.freeCells).toContainEqual(cellAt(maze, next.x, next.y));
      }
      expect(visited.at(-1)).toEqual({ ...goal, isGoal: true });
      expect(visited.length - 1).toBe({ umaze: 6, medium: 10, large: 14 }[name]);
    }
  });

  it("lead a body that is pressed into a wall back to a free cell", () => {
    const maze = makeMaze("umaze", 1);
    const goal = positionOf(maze, maze.goal);
    const next = waypointsTo(maze, goal)(2.6, 1); // just inside the border wall beside the middle row
    expect(cellAt(maze, next.x, next.y)).toEqual({ row: 2, column: 3 });
  });

  it("write one box for each wall cell, between the given heights", () => {
    const boxes = wallGeoms(makeMaze("umaze", 4), 0, 2).split("\n");
    expect(boxes.length).toBe(18);
    expect(boxes[0]).toContain('pos="-4 -4 1" size="2 2 1" contype="1" conaffinity="1"');
  });
});
