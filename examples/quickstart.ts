import { collectPointMaze, readRun, runFigures, train } from "calql";

// Recorded data: here a controller's, made on the spot; `readDataset(path)` reads any format.
const dataset = await collectPointMaze({ task: "pointmaze-umaze", goals: "fixed", steps: 5_000, seed: 0 });

// Pre-train on the data, fine-tune in the environment; everything lands in the run folder.
const { folder } = await train(
  { task: "pointmaze-umaze", preset: "laptop", agent: "cal-ql", offlineUpdates: 500, onlineSteps: 500 },
  { folder: "runs/quickstart", dataset, onEvaluation: ({ updates, successRate }) => console.log(updates, successRate) },
);

// The figures of the report; the policy is runs/quickstart/policy.onnx, for any ONNX runtime.
console.log(runFigures(readRun(folder)));
