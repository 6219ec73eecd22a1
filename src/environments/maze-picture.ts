/**
 * How a maze is shown: from above and a little from one side, the goal as a green disc on the floor, the walker in
 * orange. Of a maze that is large for its walker, only the part around the walker is shown.
 */
import type { Frame } from "../rendering/frame.js";
import type { GeomDescription, Paint } from "../rendering/paint.js";
import type { Marker, Scene } from "../rendering/scene.js";
import { type Maze, type Position, positionOf } from "./mazes.js";

/** The colours of what both mazes have; the walker is orange with a dark body. */
export function paintMaze({ name }: GeomDescription): Paint {
  if (name === "floor") return { colour: [232, 228, 219], checker: { colour: [217, 211, 199], size: 1 } };
  if (name.startsWith("wall")) return { colour: [150, 160, 178] };
  return { colour: name === "torso_geom" ? [92, 52, 40] : [224, 98, 38] };
}

export function goalDisc({ x, y }: Position, floor: number, radius: number): Marker {
  return { kind: "disc", centre: [x, y, floor], radius, colour: [46, 160, 80], opacity: 1 };
}

/** The whole maze. */
export function mazeScene(maze: Maze, frame: Frame): Scene {
  const { cellSize, rows, columns } = maze;
  const first = positionOf(maze, { row: 0, column: 0 });
  const [x, y] = [first.x + ((columns - 1) / 2) * cellSize, first.y + ((rows - 1) / 2) * cellSize];
  const extent = Math.max(rows, (columns * frame.height) / frame.width) * cellSize;
  return {
    camera: {
      lookAt: [x, y - 0.03 * extent, 0],
      distance: 1.58 * extent,
      azimuth: 90,
      elevation: -76,
      fieldOfView: 40,
    },
    light: [x - 1.2 * extent, y - 0.8 * extent, 3 * extent],
  };
}

/** The part of a maze around a walker, about `reach` metres to each side. */
export function walkerScene(reach: number, { x, y }: Position): Scene {
  return {
    camera: { lookAt: [x, y, 0], distance: 3 * reach, azimuth: 90, elevation: -66, fieldOfView: 40 },
    light: [x - 6 * reach, y - 4 * reach, 15 * reach],
  };
}
