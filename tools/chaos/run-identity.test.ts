/** What tells two runs apart, and what does not. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runFiles } from "../../src/runs/record.js";
import { newFolder, registerLine, trainTiny } from "../../src/runs/tiny-run.fixture.js";
import type { NoticeLine } from "../../src/training/record.js";
import { differences, identityOf } from "./run-identity.js";

const { folder } = await trainTiny(registerLine("line to compare"));
const notice: NoticeLine = {
  ...{ phase: "online", updates: 12, onlineSteps: 10, seconds: 1 },
  ...{ kind: "dropped-episode", notice: "An episode is dropped." },
};

/** The same run with this notice. */
function withNotice(line: NoticeLine): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  writeFileSync(join(copy, runFiles.notices), `${JSON.stringify(line)}\n`);
  return copy;
}

describe("two runs", () => {
  it("are one where only the time of a notice differs", () => {
    const [one, other] = [withNotice(notice), withNotice({ ...notice, seconds: 2 })].map(identityOf);
    expect(differences(one!, other!)).toEqual([]);
  });

  it.each<[string, NoticeLine]>([
    ["says something else", { ...notice, notice: "Another is dropped." }],
    ["was made elsewhere", { ...notice, onlineSteps: 20 }],
  ])("differ where a notice %s", (_, line) => {
    expect(differences(identityOf(withNotice(notice)), identityOf(withNotice(line)))).toEqual(["notices"]);
  });

  it("differ where only one has a notice", () => {
    expect(differences(identityOf(folder), identityOf(withNotice(notice)))).toEqual(["notices"]);
  });
});
