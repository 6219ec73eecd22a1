/** The ports of the loop in memory, and over environments that answer at once and later. */

import { vectorParts } from "../data/columns.js";
import { randomDataset } from "../data/example-data.fixture.js";
import { Replay } from "../data/replay.js";
import { toTransitions } from "../data/transitions.js";
import type { Environment } from "../environments/environment.js";
import { promising } from "../environments/promising.fixture.js";
import { makeEnvironment } from "../environments/registry.js";
import { RenewableEnvironment } from "../environments/renewable-environment.js";
import { RandomStream } from "../random.js";
import { registerLine } from "../runs/tiny-run.fixture.js";
import { EnvironmentCollector } from "./environment-collector.js";
import { EnvironmentEvaluator } from "./environment-evaluator.js";
import { EstimateEvaluator } from "./estimate-evaluator.js";
import { MemorySink } from "./memory-sink.js";
import { collectorSuite, evaluatorSuite, replaySuite } from "./ports.fixture.js";
import { MixedReplay } from "./replay.js";
import { sinkSuite } from "./sink.fixture.js";

const reward = (_: number, action: number) => action;
const savable = registerLine("ports line", { savable: true, reward });
const forgetful = registerLine("ports line that cannot save its state", { reward });
const promised = registerLine("ports line that promises", {
  savable: true,
  reward,
  making: (make) => promising(make()),
});

const collectorOf = (task: string) => async () =>
  new EnvironmentCollector({
    environment: await RenewableEnvironment.make(async (): Promise<Environment> => makeEnvironment(task)),
    settings: { onEnvironmentFailure: "stop", episodeFailures: 1 },
    seeds: new RandomStream(5, "episodes"),
    streams: () => ({ sampling: [1, 2, 3, 4] }),
    onDrop: () => {},
    onUnsaved: () => {},
  });
collectorSuite("of an environment", collectorOf(savable), true);
collectorSuite("of an environment that cannot save its state", collectorOf(forgetful), false);
collectorSuite("of an environment that answers later", collectorOf(promised), true);

for (const task of [savable, promised])
  evaluatorSuite(`in ${task}`, async () => {
    const first = await makeEnvironment(task);
    const evaluator = new EnvironmentEvaluator({ task, episodes: 3, seed: 1, first });
    return { evaluator, close: () => evaluator.close() };
  });

evaluatorSuite("of recorded episodes", async () => {
  const sizes = { observationSize: 2, actionSize: 1 };
  const heldOut = randomDataset(1, [20, 30, 25, 10], sizes);
  const evaluator = new EstimateEvaluator({ heldOut, sizes, discount: 0.9, seed: 1, updates: 30 });
  return { evaluator, close: () => evaluator.close() };
});

const options = { returns: { discount: 0.9 } };
replaySuite(
  "in memory",
  async (random) => {
    const shapes = { observations: vectorParts(2), actionSize: 1, requiresReturnToGo: true };
    const recorded = new Replay(shapes);
    recorded.append(toTransitions(randomDataset(1, [20, 30], { observationSize: 2, actionSize: 1 }).episodes, options));
    return new MixedReplay(recorded, new Replay(shapes), options, random);
  },
  50,
);

sinkSuite("in memory", () => {
  const sink = new MemorySink();
  const kept = () => ({
    metrics: sink.metricsLines,
    evaluations: sink.evaluations,
    notices: sink.notices,
    episodes: sink.episodes,
    newest: sink.newest!,
    best: sink.best!,
    policy: sink.model!,
    summary: sink.ending!,
  });
  const reopen = () => {
    sink.reopen();
    return sink;
  };
  return { sink, kept, reopen };
});
