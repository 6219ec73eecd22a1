/**
 * Where a server left off: the log of the last one is read, so that episodes go on, rewards find their decisions, and
 * the guard knows what it knew.
 */
import { join } from "node:path";
import { onlyFile } from "../data/containers/files.js";
import { openServedLog } from "../data/formats/served/served-events.js";
import { decisionOf, type ServedHeader } from "../data/formats/served/served-lines.js";
import { diskFiles } from "../data/storage/disk-files.js";
import { DataError, UsageError } from "../errors.js";
import type { Disk } from "../files/disk.js";
import { DecisionLog } from "./decision-log.js";
import { Ledger } from "./ledger.js";
import type { PolicyTeam } from "./policy-team.js";

export const logFile = "decisions.jsonl";

export interface Recovered {
  readonly log: DecisionLog;
  readonly ledger: Ledger;
}

/**
 * Opens the log in a folder, or begins it.
 * @throws UsageError where it is of policies of another task or cannot be written, DataError where it is damaged
 */
export function recover(folder: string, team: PolicyTeam, disk: Disk, sync: boolean): Recovered {
  const path = join(folder, logFile);
  const log = DecisionLog.open(path, disk, sync);
  const ledger = new Ledger();
  try {
    if (log.size === 0) log.append([team.main.header]);
    else replay(path, ledger, team);
  } catch (error) {
    log.close();
    throw error;
  }
  return { log, ledger };
}

function replay(path: string, ledger: Ledger, team: PolicyTeam): void {
  const files = diskFiles(path);
  try {
    const served = openServedLog(onlyFile(files), `"${path}"`);
    if (shapeOf(served.header) !== shapeOf(team.main.header))
      throw new UsageError(
        `The log ${path} is of policies with other observations or actions than ${team.main.name}; name another folder with --log.`,
      );
    for (const { line, number } of served.lines(() => {})) {
      const episode = line.kind === "end" ? line.episode : line.kind === "reward" && decisionOf(line.decision)?.episode;
      if (episode !== false && !ledger.openEpisode(episode ?? ""))
        throw new DataError(
          `"${path}": line ${number} is about no open episode; restore the log as the server wrote it, or name another folder with --log.`,
        );
      if (line.kind === "decision") ledger.decide(line);
      else if (line.kind === "reward") ledger.reward(line);
      else if (line.kind === "end") team.judge(ledger.end(line));
      else if (line.event === "guard") team.revert(line.policy);
    }
  } finally {
    files.close();
  }
}

/** What must stay the same within a log; bounds of actions belong to a policy. */
function shapeOf({ observations, actions }: ServedHeader): string {
  return JSON.stringify([observations, "discrete" in actions ? actions : actions.size]);
}
