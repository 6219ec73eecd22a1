/**
 * Which walks a collection of ant maze data consists of: where each one begins, where it heads and how long it is, drawn
 * one after the other, so that they do not depend on how many ants walk at the same time.
 */
import { RandomStream } from "../../random.js";
import { type CollectionAmount, readAmount } from "../collect.js";
import { type Cell, type Maze, type MazeName, type Position, positionOf, sameCell } from "../mazes.js";
import type { Walk } from "./ant-walk.js";

/** Cells to begin in or to head for: the map's own one, a few that were picked by hand, or all free ones. */
export type CellChoice = "fixed" | "play" | "diverse";

/** The cells of `play` as "row,column": start, goal, ends of corridors and one crossing. */
const handPicked: Record<MazeName, string> = {
  umaze: "1,1 1,3 3,3 3,1",
  medium: "1,1 1,6 3,3 4,6 6,1 6,6",
  large: "1,1 1,4 1,10 3,6 5,10 7,1 7,4 7,9",
};

function handPickedCells(name: MazeName): Cell[] {
  return handPicked[name].split(" ").map((place) => {
    const [row, column] = place.split(",").map(Number) as [number, number];
    return { row, column };
  });
}

/** D4RL's goals for rewards lie this far from the centre of G along x and y, in metres: the mean of a drawn goal's offset. */
const rewardGoalOffset = 0.75;

/** The goal that rewards are given for. */
export function rewardGoal(maze: Maze): Position {
  const { x, y } = positionOf(maze, maze.goal);
  return { x: x + rewardGoalOffset, y: y + rewardGoalOffset };
}

/**
 * A goal in a cell. D4RL adds two offsets to the cell's centre, one where it draws the cell and one where it sets the
 * goal, and clips at 0.
 */
export function drawAntGoal(maze: Maze, cell: Cell, random: RandomStream): Position {
  const centre = positionOf(maze, cell);
  const offset = () => random.uniform() + 0.5 * random.uniform();
  return { x: Math.max(centre.x + offset(), 0), y: Math.max(centre.y + offset(), 0) };
}

/** How walks are chosen. */
export interface WalkChoice {
  readonly starts: CellChoice;
  readonly goals: CellChoice;
  /** The share of walks that head for the goal of the rewards, wherever the others head, in [0, 1]. */
  readonly goalShare: number;
  /** Steps of a walk. */
  readonly horizon: number;
}

export interface PlannedWalk extends Walk {
  readonly length: number;
}

/** The walks of a collection, handed out a few at a time. */
export class WalkPlan {
  readonly walks: number;
  readonly total: number;
  private readonly unit: "episodes" | "steps";
  private readonly random: RandomStream;
  private drawn = 0;

  constructor(
    private readonly maze: Maze,
    private readonly choice: WalkChoice,
    amount: CollectionAmount,
  ) {
    const { unit, total } = readAmount(amount);
    this.unit = unit;
    this.total = total;
    this.walks = unit === "episodes" ? total : Math.ceil(total / choice.horizon);
    this.random = new RandomStream(amount.seed, "collection");
  }

  /** What was handed out so far, in the unit that was asked for. */
  get done(): number {
    return this.unit === "episodes" ? this.drawn : Math.min(this.drawn * this.choice.horizon, this.total);
  }

  /** The next walks, at most `count`; the last one of all is cut where the steps end. */
  next(count: number): PlannedWalk[] {
    const walks: PlannedWalk[] = [];
    while (walks.length < count && this.drawn < this.walks) {
      const before = this.done;
      this.drawn++;
      const length = this.unit === "episodes" ? this.choice.horizon : this.done - before;
      walks.push({ ...this.draw(), length });
    }
    return walks;
  }

  private draw(): Walk {
    const { maze, random } = this;
    const { starts, goals, goalShare } = this.choice;
    const startCell = starts === "fixed" ? maze.start : this.cellOf(starts);
    const goal = goals === "fixed" || random.uniform() < goalShare ? rewardGoal(maze) : this.goalAwayFrom(startCell);
    return { start: positionOf(maze, startCell), goal, random: new RandomStream(random.integer(2 ** 31), "walk") };
  }

  private goalAwayFrom(start: Cell): Position {
    return drawAntGoal(this.maze, this.cellOf(this.choice.goals, start), this.random);
  }

  private cellOf(choice: CellChoice, except?: Cell): Cell {
    const all = choice === "play" ? handPickedCells(this.maze.name) : this.maze.freeCells;
    const cells = all.filter((cell) => except === undefined || !sameCell(cell, except));
    return cells[this.random.integer(cells.length)]!;
  }
}
