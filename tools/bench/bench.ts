/**
 * Times whole updates (noise, graph, metrics), the share spent outside ONNX Runtime and, in the same run, a plain product
 * of 7,936 x 256 x 256. Both come from one machine at one time, so that their ratio can be compared between machines.
 */

import { Agent, type AgentBatch } from "../../src/agents/agent.js";
import { type AgentName, type AgentSettings, agentDefinition, builtInAgents } from "../../src/agents/registry.js";
import { type ObservationParts, partColumn, vectorParts, widthOf } from "../../src/data/columns.js";
import { RandomStream } from "../../src/random.js";
import { input, matmul } from "../../src/tensor/operations.js";
import { compile } from "../../src/tensor/program.js";

export interface BenchCase {
  readonly name: string;
  readonly agent: AgentName;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly discreteActions?: number;
  /** The parts of an observation, where it is more than a vector. */
  readonly observations?: ObservationParts;
  readonly settings: AgentSettings;
}

/** The sizes of the paper's domains, an update on pictures, and a small update of every agent. */
export const benchCases: readonly BenchCase[] = [
  {
    name: "antmaze",
    agent: "cal-ql",
    observationSize: 29,
    actionSize: 8,
    settings: { criticHidden: [256, 256, 256, 256], lagrange: true, conservativeWeight: 5 },
  },
  {
    name: "adroit",
    agent: "cal-ql",
    observationSize: 39,
    actionSize: 28,
    settings: { actorHidden: [512, 512], criticHidden: [512, 512, 512], conservativeWeight: 1 },
  },
  {
    name: "pictures",
    agent: "cal-ql",
    observationSize: 4 + 48 * 48 * 3,
    observations: { state: { type: "float32", shape: [4] }, image: { type: "uint8", shape: [48, 48, 3] } },
    actionSize: 8,
    settings: { batchSize: 128, nActions: 4 },
  },
  ...builtInAgents.map(smallCase),
];

/** An update with the agent's defaults, at batch 256 with networks of 256-256. */
function smallCase(agent: AgentName): BenchCase {
  const { settings, actions } = agentDefinition(agent);
  const widths = { actorHidden: [256, 256], criticHidden: [256, 256], valueHidden: [256, 256] };
  const own = Object.fromEntries(Object.entries(widths).filter(([name]) => name in settings.shape));
  const sizes = actions === "discrete" ? { actionSize: 1, discreteActions: 8 } : { actionSize: 8 };
  return { name: agent, agent, observationSize: 29, ...sizes, settings: own };
}

export interface BenchResult {
  readonly name: string;
  readonly msPerUpdate: number;
  readonly gflops: number;
  readonly gemmGflops: number;
  readonly fractionOfGemm: number;
  /** Share of an update that is not spent inside ONNX Runtime. */
  readonly shareOutside: number;
  /** Growth of the process's resident memory over the timed updates; null where it cannot be read. */
  readonly memoryGrowthMiB: number | null;
}

export interface BenchOptions {
  readonly threads: number;
  readonly updates: number;
  /** Resident bytes of the process, where there is one. */
  readonly residentBytes?: () => number;
}

const ROUNDS = 5;
const WARM_UP = 3;

/** Times one case. The update's figure and the product's are the best of several rounds, taken in turn. */
export async function runBench(benchCase: BenchCase, options: BenchOptions): Promise<BenchResult> {
  const { name, agent: agentName, ...sizesAndSettings } = benchCase;
  const agent = await Agent.create(agentName, { ...sizesAndSettings, threads: options.threads });
  const product = await plainProduct(options.threads);
  const batch = syntheticBatch(benchCase, (agent.settings.batchSize as number) * agent.batchesPerUpdate);
  const perRound = Math.ceil(options.updates / ROUNDS);
  for (let i = 0; i < WARM_UP; i++) await agent.update(batch);
  await product.time();
  const memoryBefore = options.residentBytes?.();
  const before = { inRuntime: agent.effort.secondsInRuntime, total: 0 };
  let best = Number.POSITIVE_INFINITY;
  let gemmGflops = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < perRound; i++) await agent.update(batch);
    const elapsed = performance.now() - start;
    before.total += elapsed / 1000;
    best = Math.min(best, elapsed / perRound);
    gemmGflops = Math.max(gemmGflops, await product.time());
  }
  const growth = memoryBefore === undefined ? null : (options.residentBytes!() - memoryBefore) / 2 ** 20;
  const inRuntime = agent.effort.secondsInRuntime - before.inRuntime;
  const gflops = agent.effort.denseOperations / best / 1e6;
  await agent.release();
  await product.release();
  return {
    name,
    msPerUpdate: best,
    gflops,
    gemmGflops,
    fractionOfGemm: gflops / gemmGflops,
    shareOutside: 1 - inRuntime / before.total,
    memoryGrowthMiB: growth,
  };
}

/** A product of 7,936 x 256 x 256 (the rows of an AntMaze critic) and its GFLOP/s, best of some runs. */
async function plainProduct(threads: number) {
  const [rows, width] = [7936, 256];
  const product = matmul(input("a", [rows, width]), input("b", [width, width]));
  const program = await compile({ name: "product", outputs: { product } }, { threads });
  new RandomStream(0).fillNormal(program.inputs.a as Float32Array);
  new RandomStream(1).fillNormal(program.inputs.b as Float32Array);
  const time = async (): Promise<number> => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 10; i++) {
      const start = performance.now();
      await program.run();
      best = Math.min(best, performance.now() - start);
    }
    return program.denseOperations / best / 1e6;
  };
  return { time, release: () => program.release() };
}

/** Plausible numbers: normal observations, actions inside the space, failing rewards, returns of long failures. */
export function syntheticBatch(
  { observationSize, observations = vectorParts(observationSize), actionSize, discreteActions }: BenchCase,
  size: number,
): AgentBatch {
  const random = new RandomStream(0, "bench");
  const normal = (length: number) => {
    const values = new Float32Array(length);
    random.fillNormal(values);
    return values;
  };
  const actions = () =>
    discreteActions === undefined
      ? normal(size * actionSize).map(Math.tanh)
      : Float32Array.from({ length: size }, () => random.integer(discreteActions));
  const seen = (prefix: "observations" | "nextObservations") => {
    const columns = Object.entries(observations).map(([name, part]) => {
      const length = size * widthOf(part);
      const bytes = () => Uint8Array.from({ length }, () => random.integer(256));
      return [partColumn(prefix, name), part.type === "uint8" ? bytes() : normal(length)] as const;
    });
    return Object.fromEntries(columns);
  };
  return {
    ...seen("observations"),
    actions: actions(),
    rewards: new Float32Array(size).fill(-5),
    ...seen("nextObservations"),
    nextActions: actions(),
    terminated: new Float32Array(size),
    returnsToGo: new Float32Array(size).fill(-300),
  };
}
