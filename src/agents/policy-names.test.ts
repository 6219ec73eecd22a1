/** Names of numbers and choices: from a log's mapping through calql's own format into a policy's file, and back. */
import { expect, it } from "vitest";
import { filesInMemory } from "../data/containers/files.js";
import { loadDataset } from "../data/episode-source.js";
import { calqlFormat } from "../data/formats/formats.js";
import { readRows } from "../data/formats/logs/log.fixture.js";
import { MemoryTarget } from "../data/formats/memory-target.fixture.js";
import { DataError } from "../errors.js";
import { sizesOfData } from "../training/fitting-agents.js";
import { Agent } from "./agent.js";
import { smallDiscrete } from "./discrete.fixture.js";
import { PolicyFile } from "./policy-file.js";

const mapping = {
  observation: ["price", { column: "device", categories: ["phone", "desktop"] }],
  action: { column: "offer", categories: ["none", "percent", "shipping"] },
};
const names = {
  observations: ["price", "device=phone", "device=desktop"],
  actions: ["offer=none", "offer=percent", "offer=shipping"],
};

it("come back from the file of a policy that learned from the data of a mapping", async () => {
  const row = { episode: "a", price: 3, device: "phone", offer: "none", reward: 1, terminated: true };
  const log = await readRows([row], { mapping });
  const target = new MemoryTarget();
  const sink = await calqlFormat.create!(target, log);
  for (const episode of log.episodes) await sink.write(episode);
  await sink.finish();
  const data = await loadDataset(await calqlFormat.open(filesInMemory("data.calql", target.contents()), {}));
  expect(data.names).toEqual(names);
  const agent = await Agent.create("dqn", { ...sizesOfData(data), settings: smallDiscrete });
  const file = await PolicyFile.load(agent.exportPolicy(), "offers.onnx");
  expect(file.names).toEqual(names);
  await file.release();
  const damaged = await PolicyFile.load(agent.exportPolicy({ actionNames: "none, percent" }), "offers.onnx");
  expect(() => damaged.names).toThrow(DataError);
  expect(() => damaged.names).toThrow('The metadata entry actionNames of "offers.onnx" is no list of names as JSON;');
  await damaged.release();
  await agent.release();
});

it("are left out where nobody says them", async () => {
  const agent = await Agent.create("bc", { observationSize: 2, actionSize: 1 });
  const file = await PolicyFile.load(agent.exportPolicy(), "plain.onnx");
  expect(file.names).toEqual({});
  expect(Object.keys(file.metadata)).toEqual(["agent"]);
  await file.release();
  await agent.release();
});
