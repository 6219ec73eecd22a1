/**
 * One process at a time in a folder, asked of real processes: a second one is refused, and a lock whose holder is gone
 * is taken over, however it went.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtProgram } from "../cli/built.fixture.js";
import { UsageError } from "../errors.js";
import { alive, isAbandonedLock, lockFile, lockFolder } from "./lock.js";

const { place, remove } = builtProgram();
afterAll(remove);
const holder = join(place, "hold.js");
writeFileSync(
  holder,
  `import { lockFolder } from "./dist/runs/lock.js";
   try { lockFolder(process.argv[2], "run"); console.log("locked"); setInterval(() => {}, 1000); }
   catch (error) { console.log(error.message); }`,
);

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "calql-lock-"));
  path = join(folder, lockFile);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts a process that takes the lock; resolves with what it says first. */
async function inAnotherProcess(): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const child = spawn(process.execPath, [holder, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise<string>((resolve) => child.stdout!.once("data", (chunk) => resolve(String(chunk))));
  return { child, said: said.trim() };
}

const killed = (child: ChildProcess) =>
  new Promise((resolve) => {
    child.once("close", resolve);
    child.kill("SIGKILL");
  });

const owner = () => JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
const written = (changes: Record<string, unknown>) => {
  const unlock = lockFolder(folder, "run");
  const text = JSON.stringify({ ...owner(), ...changes });
  unlock();
  writeFileSync(path, text);
};

describe("the lock of a folder", () => {
  it("that another process holds is refused, with its number; once that is killed it is taken over", async () => {
    const { child, said } = await inAnotherProcess();
    expect(said).toBe("locked");
    expect(owner()).toMatchObject({ process: child.pid, host: hostname() });
    expect(() => lockFolder(folder, "run")).toThrow(UsageError);
    expect(() => lockFolder(folder, "run")).toThrow(
      new RegExp(`^Another run \\(process ${child.pid}, since .*\\) is at work in ${folder}; wait for it`),
    );
    await killed(child);
    expect(existsSync(path)).toBe(true);
    const unlock = lockFolder(folder, "run");
    expect(owner().process).toBe(process.pid);
    unlock();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses another process while this one holds it", async () => {
    const unlock = lockFolder(folder, "run");
    const { said } = await inAnotherProcess();
    expect(said).toMatch(new RegExp(`^Another run \\(process ${process.pid}, `));
    unlock();
    const { child, said: now } = await inAnotherProcess();
    expect(now).toBe("locked");
    await killed(child);
  });

  it("goes to exactly one of several processes that find it stale at once", async () => {
    written({ process: 2 ** 22 + 1 });
    const all = await Promise.all(Array.from({ length: 4 }, inAnotherProcess));
    expect(all.filter(({ said }) => said === "locked")).toHaveLength(1);
    for (const { child, said } of all) {
      if (said === "locked") await killed(child);
      else expect(said).toMatch(/^Another run /);
    }
  });

  it.each<[string, () => void]>([
    ["of a process that is gone", () => written({ process: 2 ** 22 + 1 })],
    ["whose process number was given to another", () => written({ process: process.ppid, started: "1" })],
    ["that is torn", () => writeFileSync(path, '{"process":12')],
    ["that is empty", () => writeFileSync(path, "")],
  ])("%s is taken over", (_, leave) => {
    leave();
    const unlock = lockFolder(folder, "run");
    expect(owner().process).toBe(process.pid);
    unlock();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(existsSync("/proc/self/stat"))(
    "of a process that has ended and was never waited for is taken over",
    async () => {
      // A shell that starts the holder and then becomes a program that never asks how it ended.
      const words = ["-c", `"${process.execPath}" "${holder}" "${folder}" & exec sleep 60`];
      const parent = spawn("sh", words, { stdio: ["ignore", "pipe", "inherit"] });
      await new Promise((resolve) => parent.stdout!.once("data", resolve));
      const holding = owner().process as number;
      process.kill(holding, "SIGKILL");
      while (!/\) Z /.test(readFileSync(`/proc/${holding}/stat`, "utf8"))) await new Promise(setImmediate);
      lockFolder(folder, "run")();
      await killed(parent);
    },
  );

  it("of a living process is refused with the file to remove where it is unknown when that one started", () => {
    const startOf = () => alive;
    const unlock = lockFolder(folder, "run", { startOf });
    expect(owner().started).toBe("alive");
    expect(() => lockFolder(folder, "run", { startOf })).toThrow(
      new RegExp(
        `^Another run \\(process ${process.pid}, since .*\\) is at work in ${folder}; wait for it, or use another folder; if no such process is at work, remove ${path}\\.$`,
      ),
    );
    unlock();
    // Where it is known there is nothing to remove.
    const unlockKnown = lockFolder(folder, "run", { startOf: () => "12" });
    expect(() => lockFolder(folder, "run", { startOf: () => "12" })).toThrow(/wait for it, or use another folder\.$/);
    unlockKnown();
    // One that is gone is known to be gone there, too.
    written({ process: 2 ** 22 + 1, started: alive });
    lockFolder(folder, "run", { startOf: (number) => (number === process.pid ? alive : undefined) })();
  });

  it("that a process was about to take is abandoned once that is gone", () => {
    expect(isAbandonedLock(`${lockFile}.${2 ** 22 + 1}`)).toBe(true);
    for (const name of [`.${process.pid}`, "", ".", ".0", ".12a", `.${2 ** 22 + 1}.stale`, `x.${2 ** 22 + 1}`])
      expect(isAbandonedLock(`${lockFile}${name}`), name).toBe(false);
  });

  it("of another machine is refused with the file to remove", () => {
    written({ host: "elsewhere" });
    expect(() => lockFolder(folder, "comparison")).toThrow(
      new RegExp(
        `^Another comparison \\(process ${process.pid} on elsewhere, .*if it no longer is, remove ${path}\\.$`,
      ),
    );
    expect(owner().host).toBe("elsewhere");
  });

  it("cannot be taken where the folder is a file, which is said in a sentence", () => {
    writeFileSync(path, "mine");
    expect(() => lockFolder(path, "run")).toThrow(
      new UsageError(
        `The folder ${path} cannot be used: a part of the path is a file, not a folder. Use another folder.`,
      ),
    );
    expect(readFileSync(path, "utf8")).toBe("mine");
  });

  it("is removed only by its holder: one that another process holds by now stays", () => {
    const unlock = lockFolder(folder, "run");
    writeFileSync(path, "another's");
    unlock();
    expect(readFileSync(path, "utf8")).toBe("another's");
  });

  it.each(["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP", "EMLINK"])("falls back where linking says %s", (code) => {
    const link = () => {
      throw Object.assign(new Error(code), { code });
    };
    written({ process: 2 ** 22 + 1 });
    const steps = { link, rename: renameSync };
    const unlock = lockFolder(folder, "run", steps);
    expect(owner().process).toBe(process.pid);
    expect(() => lockFolder(folder, "run", steps)).toThrow(/; wait for it, or use another folder\.$/);
    unlock();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("that another process took between looking and moving away is given back to it", () => {
    written({ process: 2 ** 22 + 1 });
    const stale = readFileSync(path, "utf8");
    const unlock = lockFolder(join(folder, "other"), "run");
    const living = readFileSync(join(folder, "other", lockFile), "utf8");
    unlock();
    writeFileSync(path, stale);
    const rename = (from: string, to: string) => {
      writeFileSync(path, living);
      renameSync(from, to);
    };
    expect(() => lockFolder(folder, "run", { link: linkSync, rename })).toThrow(/^Another run /);
    expect(readFileSync(path, "utf8")).toBe(living);
  });
});
