/**
 * Policies from checkpoints against the policies that runs wrote themselves: a second run that was cut at the very state
 * must have written the same bytes. What a kill leaves is what stands in the folder at any moment, copied.
 */

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Agent } from "../agents/agent.js";
import { PolicyFile } from "../agents/policy-file.js";
import { agentDefinition, builtInAgents } from "../agents/registry.js";
import { partsOf, stateOf } from "../data/episode.js";
import type { TrainSettings } from "../settings/configuration.js";
import { CheckpointStore, checkpointFolder } from "./checkpoints/store.js";
import { type ExportedPolicy, exportPolicy } from "./export-policy.js";
import { snapshotOf } from "./folder-content.fixture.js";
import { readRun } from "./read.js";
import { runFiles } from "./record.js";
import { saved } from "./resuming.fixture.js";
import type { SavedRun } from "./saved-run.js";
import {
  errorOf,
  lineData,
  newFolder,
  registerLine,
  type TinyOptions,
  tiny,
  train,
  trainTiny,
} from "./tiny-run.fixture.js";
import { tinyTask } from "./tiny-tasks.fixture.js";
import { resume } from "./train.js";

/** Evaluations after 0, 10, 20 and 30 updates, then after 10, 20, 30 and 40 steps. */
const schedule = {
  offlineUpdates: 30,
  evaluateEveryUpdates: 10,
  onlineSteps: 40,
  evaluateEverySteps: 10,
  onlineAgent: "sac",
  seed: 3,
} satisfies TrainSettings;

/** The reward of every step until the next evaluation is over. */
let level = 0;
const hilly = registerLine("line with hills", { reward: () => level });

/** A run of which each evaluation finds the next level, ended after the last of them. */
async function withEvaluations(levels: readonly number[], options: TinyOptions = {}) {
  const stop = new AbortController();
  let evaluations = 0;
  level = levels[0]!;
  const onEvaluation = () => {
    level = levels[++evaluations] ?? 0;
    if (evaluations === levels.length) stop.abort();
  };
  return trainTiny(hilly, schedule, { ...options, onEvaluation, signal: stop.signal });
}

const policyIn = (folder: string) => readFileSync(join(folder, runFiles.policy));
const numberedIn = (folder: string) =>
  readdirSync(join(folder, checkpointFolder))
    .filter((name) => name.startsWith("checkpoint-"))
    .map((name) => join(folder, checkpointFolder, name));

describe("the policy of the best state", () => {
  it.each([
    ["offline", [1, 2, 5, 3, 1, 1, 1], { updates: 20, onlineSteps: 0 }, 3],
    ["online", [1, 2, 3, 3, 1, 9, 1], { updates: 50, onlineSteps: 20 }, 6],
  ] as const)("%s is that of a run that was cut there", async (phase, levels, where, evaluations) => {
    const { folder } = await withEvaluations(levels);
    const cut = await withEvaluations(levels.slice(0, evaluations));
    const { evaluation, ...exported } = await exportPolicy({ folder, best: true });
    expect(exported).toEqual({ path: join(folder, "policy-best.onnx"), phase, ...where });
    expect(evaluation).toEqual(readRun(folder).evaluations[evaluations - 1]);
    expect(evaluation).toMatchObject({ ...where, returnMean: 10 * Math.max(...levels) });
    const bytes = readFileSync(exported.path);
    expect(bytes.equals(policyIn(cut.folder))).toBe(true);
    expect(bytes.equals(policyIn(folder))).toBe(false);
  });

  describe("acts", () => {
    afterEach(() => void vi.restoreAllMocks());

    it("exactly as the agent did in that evaluation", async () => {
      const calls: { readonly observations: Float32Array; readonly actions: Float32Array }[] = [];
      const { act } = Agent.prototype;
      vi.spyOn(Agent.prototype, "act").mockImplementation(async function (this: Agent, observations, options) {
        const actions = await act.call(this, observations, options);
        if (options.deterministic)
          calls.push({ observations: stateOf(partsOf(observations)).slice(), actions: actions.slice() });
        return actions;
      });
      const { folder } = await withEvaluations([1, 4, 2]);
      const { path } = await exportPolicy({ folder, best: true });
      const policy = await PolicyFile.load(readFileSync(path), path);
      const agrees = async ({ observations, actions }: (typeof calls)[number]) =>
        expect(await policy.act(observations)).toEqual(actions);
      // Ten steps an evaluation.
      expect(calls).toHaveLength(30);
      for (const call of calls.slice(10, 20)) await agrees(call);
      await expect(agrees(calls[0]!)).rejects.toThrow();
      expect(policy.metadata).toEqual({ agent: "cal-ql", task: hilly, seed: "3", updates: "10" });
      await policy.release();
    });
  });

  it("is exported again over an earlier one, or to another place", async () => {
    const { folder } = await withEvaluations([1, 2]);
    writeFileSync(join(folder, "policy-best.onnx"), "older");
    const { path } = await exportPolicy({ folder, best: true });
    const out = join(folder, "..", "another.onnx");
    expect((await exportPolicy({ folder, best: true, out })).path).toBe(out);
    expect(readFileSync(path).equals(readFileSync(out))).toBe(true);
    expect(readFileSync(path).equals(policyIn(folder))).toBe(true);
  });
});

describe("the policy of the newest state", () => {
  const choices = tinyTask("discrete");

  it.each(builtInAgents)("of %s is the one that the run wrote, without its environment", async (agent) => {
    const { nActions, actorHidden, criticHidden, ...others } = tiny;
    const isDiscrete = agentDefinition(agent).actions === "discrete";
    const own: TrainSettings = {
      ...(agent === "bc" ? {} : { criticHidden }),
      ...(isDiscrete ? {} : { actorHidden }),
      ...(["cal-ql", "cql"].includes(agent) ? { nActions } : {}),
    };
    const task = isDiscrete ? choices.name : hilly;
    const settings = { ...others, ...own, agent, task, offlineUpdates: 3, onlineSteps: 10 };
    const folder = newFolder();
    await train(settings, { folder, dataset: isDiscrete ? choices.dataset : lineData() });
    const before = policyIn(folder);
    const { path } = await exportPolicy({ folder });
    expect(path).toBe(join(folder, "policy-last.onnx"));
    expect(readFileSync(path).equals(before)).toBe(true);
    renameTask(folder, "a task that is not registered");
    await exportPolicy({ folder });
    const policy = await PolicyFile.load(readFileSync(path), path);
    expect(policy.metadata).toMatchObject({ agent, task: "a task that is not registered" });
    await policy.release();
  });

  it("of an older checkpoint, which does not say among how many actions its agent chooses, needs the run to go on", async () => {
    const { name: task, dataset } = choices;
    const { nActions: _, actorHidden: __, ...shared } = tiny;
    const folder = newFolder();
    await train({ ...shared, agent: "dqn", task, offlineUpdates: 3, onlineSteps: 10 }, { folder, dataset });
    rewriteNewest(folder, ({ discreteActions: _, ...older }) => older);
    expect((await errorOf(exportPolicy({ folder }))).message).toMatch(
      /^The checkpoint .* among how many actions its agent chooses; continue with the run \("calql resume"\), then export its newest state\.$/,
    );
    await resume({ folder, dataset });
    const { path } = await exportPolicy({ folder });
    expect(readFileSync(path).equals(policyIn(folder))).toBe(true);
  });

  it("of a killed run is there without a policy.onnx, whose place may be taken", async () => {
    const copy = newFolder();
    let online = 0;
    const onProgress: TinyOptions["onProgress"] = ({ phase }) => {
      if (phase === "online" && ++online === 5) cpSync(folder, copy, { recursive: true });
    };
    const folder = newFolder();
    const settings = { ...tiny, ...schedule, onlineAgent: null, task: hilly };
    await train(settings, { folder, dataset: lineData(), onProgress });
    expect(existsSync(join(copy, runFiles.policy))).toBe(false);
    const out = join(copy, runFiles.policy);
    const { evaluation, updates, phase } = await exportPolicy({ folder: copy, out });
    // The last checkpoint is that of the switch.
    expect({ updates, phase, evaluated: evaluation?.updates }).toEqual({ updates: 30, phase: "online", evaluated: 30 });
    const cut = await withEvaluations([1, 1, 1, 1]);
    expect(readFileSync(out).equals(policyIn(cut.folder))).toBe(true);
  });

  it("is read while the run goes on, and leaves it as it is", async () => {
    const exports: { readonly updates: number; readonly exported: Promise<ExportedPolicy> }[] = [];
    const folder = newFolder();
    // Better each time, so that every state that was evaluated is the newest checkpoint until the next one.
    const levels = [1, 2, 3, 4, 5, 6, 7, 8];
    level = levels[0]!;
    const onEvaluation = () => {
      level++;
      if (!existsSync(join(folder, checkpointFolder))) return;
      const out = join(folder, "..", `${exports.length}.onnx`);
      exports.push({ updates: saved(folder).position.updates, exported: exportPolicy({ folder, out }) });
    };
    const { summary } = await trainTiny(hilly, schedule, { folder, onEvaluation });
    const seen = await Promise.all(exports.map(({ exported }) => exported));
    expect(summary.status).toBe("completed");
    expect(seen.map(({ updates }) => updates)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(exports.map(({ updates }) => updates)).toEqual(seen.map(({ updates }) => updates));
    for (const i of [1, 5]) {
      const cut = await withEvaluations(levels.slice(0, i + 1));
      expect(readFileSync(seen[i]!.path).equals(policyIn(cut.folder)), `export ${i}`).toBe(true);
    }
    const undisturbed = await withEvaluations(levels);
    expect(policyIn(folder).equals(policyIn(undisturbed.folder))).toBe(true);
  });

  it("is that of the checkpoint before where the newest is damaged, and says so, but sets nothing aside", async () => {
    const { folder } = await withEvaluations([6, 5, 4, 3, 2, 1]);
    const newest = numberedIn(folder).at(-1)!;
    truncateSync(newest, 100);
    const before = snapshotOf(folder);
    const notices: string[] = [];
    const { updates, path } = await exportPolicy({ folder, onNotice: (sentence) => notices.push(sentence) });
    expect(updates).toBeLessThan(readRun(folder).summary!.updates);
    expect(notices).toEqual([expect.stringMatching(/is damaged: .* The one before it is taken\.$/)]);
    rmSync(path);
    expect(snapshotOf(folder)).toEqual(before);
  });

  it("has the settings that the state was made with, whatever config.json says by now", async () => {
    const { folder } = await withEvaluations([1, 2]);
    const config = join(folder, runFiles.config);
    writeFileSync(config, readFileSync(config, "utf8").replace(/"actorHidden": \[[^\]]*\]/, '"actorHidden": [16]'));
    const { path } = await exportPolicy({ folder });
    expect(readFileSync(path).equals(policyIn(folder))).toBe(true);
  });

  it("is there though lines of the run are damaged, of which it tells", async () => {
    const { folder } = await withEvaluations([1, 2]);
    writeFileSync(join(folder, runFiles.metrics), "{\n{\n");
    const notices: string[] = [];
    expect(await exportPolicy({ folder, onNotice: (sentence) => notices.push(sentence) })).not.toHaveProperty(
      "evaluation",
    );
    expect(notices).toEqual([expect.stringMatching(/metrics\.jsonl, line 1: this is not valid JSON/)]);
  });
});

/** The same run, as a program that registered another environment would have written it. */
function renameTask(folder: string, task: string): void {
  const config = join(folder, runFiles.config);
  const { settings, ...rest } = JSON.parse(readFileSync(config, "utf8")) as { settings: object };
  writeFileSync(config, JSON.stringify({ ...rest, settings: { ...settings, task } }));
  rewriteNewest(folder, (saved) => ({ ...saved, settings: { ...saved.settings, task } }));
}

/** Writes the newest checkpoint again as a newer one, with another manifest. */
function rewriteNewest(folder: string, change: (saved: SavedRun) => SavedRun): void {
  const store = new CheckpointStore(folder);
  const { manifest, tensors } = store.newest(
    (checkpoint) => checkpoint,
    () => {},
  );
  store.write({ manifest: change(manifest as SavedRun), tensors });
}
