/** MuJoCo is loaded when an environment that needs it is first made, and not before. */
import { expect, it, vi } from "vitest";

const loads = vi.hoisted(() => ({ count: 0 }));
vi.mock("@mujoco/mujoco", async (original) => {
  loads.count++;
  return await original();
});

it("MuJoCo is not loaded where no environment needs it", async () => {
  const calql = await import("../index.js");
  const grid = await calql.makeEnvironment("gridworld-cliff");
  expect(calql.environmentNames()).toContain("antmaze-umaze");
  await grid.close();
  expect(loads.count).toBe(0);
  const maze = await calql.makeEnvironment("pointmaze-umaze");
  expect(loads.count).toBe(1);
  await maze.close();
});
