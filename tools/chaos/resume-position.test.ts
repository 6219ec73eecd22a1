/** Where a resume begins follows from the checkpoint alone; a position that is never visited is reported. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CheckpointStore, checkpointFolder } from "../../src/runs/checkpoints/store.js";
import { runFiles } from "../../src/runs/record.js";
import type { SavedRun } from "../../src/runs/saved-run.js";
import { newFolder, registerLine, trainTiny } from "../../src/runs/tiny-run.fixture.js";
import type { Phase } from "../../src/settings/settings.js";
import { type ResumePosition, resumePosition, resumePositionIn, unvisited } from "./resume-position.js";

function saved(phase: Phase, onlineSteps: number, trajectory: number | null) {
  const position = { phase, updates: 40, onlineSteps, onlineEpisodes: 0, onlineUpdates: 0 };
  return resumePosition({ position, trajectory });
}

describe("the position that a run is resumed from", () => {
  it.each<[ResumePosition, ResumePosition]>([
    ["offline", saved("offline", 0, null)],
    ["switch", saved("online", 0, null)],
    ["between episodes", saved("online", 120, null)],
    ["in an episode", saved("online", 0, 7)],
    ["in an episode", saved("online", 120, 1)],
  ])("is %s", (expected, position) => expect(position).toBe(expected));

  it("is that of the newest sound checkpoint", async () => {
    const { folder } = await trainTiny(registerLine("line to resume on"));
    const folderOfCheckpoints = join(folder, checkpointFolder);
    expect(resumePositionIn(folder)).toBe("between episodes");
    const sound = new CheckpointStore(folder).newest(
      ({ manifest, tensors }) => ({ manifest, tensors }),
      () => {},
    );
    const manifest = { ...(sound.manifest as SavedRun), trajectory: 3 };
    const newest = new CheckpointStore(folder).write({ ...sound, manifest });
    expect(resumePositionIn(folder)).toBe("in an episode");
    writeFileSync(newest, "damaged");
    expect(resumePositionIn(folder)).toBe("between episodes");
    const evaluations = readFileSync(join(folder, runFiles.evaluations));
    writeFileSync(join(folder, runFiles.evaluations), "other lines than the checkpoints know");
    expect(resumePositionIn(folder)).toBeUndefined();
    writeFileSync(join(folder, runFiles.evaluations), evaluations);
    for (const name of readdirSync(folderOfCheckpoints)) writeFileSync(join(folderOfCheckpoints, name), "damaged");
    expect(resumePositionIn(folder)).toBeUndefined();
  });

  it("is the beginning before the first checkpoint", () => expect(resumePositionIn(newFolder())).toBe("beginning"));
});

describe("positions that no resume began in", () => {
  const resumedFrom = { beginning: 1, offline: 20, switch: 0, "between episodes": 30, "in an episode": 0 };

  it("are reported where there were enough kills", () => {
    expect(unvisited([{ resumedFrom }], 99)).toEqual([]);
    expect(unvisited([{ resumedFrom }], 100)).toEqual([
      "In 100 kills no run was resumed from this position: switch. It was not tested.",
      "In 100 kills no run was resumed from this position: in an episode. It was not tested.",
    ]);
  });

  it("are visited by any case, and not asked of those that cannot be there", () => {
    const unreachable = ["in an episode"] as const;
    expect(unvisited([{ resumedFrom, unreachable }], 100)).toHaveLength(1);
    const other = { resumedFrom: { ...resumedFrom, switch: 1, "in an episode": 1 } };
    expect(unvisited([{ resumedFrom }, other], 100)).toEqual([]);
  });
});
