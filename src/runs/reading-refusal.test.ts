/** Where reading takes a flag that training lacks, the refusal names a command, and that command helps. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { calql } from "../cli/command-line.fixture.js";
import { noteSentence } from "../data/notes-text.js";
import { DataError, RunFailure, UsageError } from "../errors.js";
import { readRun } from "./read.js";
import { readingAdvice, readingRefusal } from "./reading-refusal.js";
import { newFolder, registerLine } from "./tiny-run.fixture.js";

const messageOf = (message: string, file = "logs/day 1.npz") =>
  (readingRefusal(new DataError(message), file) as Error).message;

describe("readingRefusal", () => {
  it("adds the command, with the value that the message gives, or a word where it gives several", () => {
    expect(messageOf("It could be either; say --from d4rl.", "a.h5")).toBe(
      "It could be either; say --from d4rl. Training takes no such flag: write the data once with calql data convert a.h5 a.calql --from d4rl, and give --dataset a.calql.",
    );
    expect(messageOf("Say --from d4rl or --from tianshou.")).toContain(
      'calql data convert "logs/day 1.npz" "logs/day 1.calql" --from FORMAT, and give',
    );
    expect(messageOf('Nobody knows "flags"; --ignore flags, and --done-means task.', "x/")).toContain(
      "calql data convert x/ x.calql --ignore flags --done-means task, and",
    );
    expect(messageOf("Say --done-means clock, or --done-means either --horizon STEPS.")).toContain(
      " --done-means MEANING, and",
    );
    expect(messageOf("Say --done-means either --horizon 50.")).toContain(" --done-means either --horizon 50, and");
    expect(messageOf("Make them with --reward success:next.won.")).toContain(" --reward success:next.won, and");
    expect(messageOf("Use --reward success or --reward success:0,3.")).toContain(" --reward success:COLUMN, and");
    expect(messageOf('Read it with --ignore "my flags".')).toContain(' --ignore "my flags", and');
    expect(messageOf("give the goal [x, y] from which")).toContain('.calql" --goal X,Y, and');
    expect(messageOf("Leave them out with --drop-faulty.")).toContain(" --drop-faulty, and");
  });

  it("leaves other errors as they are, and their kind", () => {
    for (const error of [new RunFailure("--from d4rl"), new UsageError("Another thing.")])
      expect(readingRefusal(error, "a.h5")).toBe(error);
    expect(readingRefusal(new DataError("--from d4rl"), "a")).toBeInstanceOf(DataError);
  });
});

describe("readingAdvice", () => {
  const adviceOf = (text: string, more = {}) => readingAdvice({ text, leftOut: 0, ...more }, "a.h5");

  it("ends a note that names a flag with the command, with one full stop and the place in the note's words", () => {
    const told = `"end" was taken for the task; where the clock did, say --done-means clock; training takes no such flag: write the data once with calql data convert a.h5 a.calql --done-means clock, and give --dataset a.calql`;
    const text = '"end" was taken for the task; where the clock did, say --done-means clock';
    for (const end of ["", "."]) expect(noteSentence(adviceOf(text + end))).toBe(told);
    expect(noteSentence(adviceOf("some rows lie; --ignore x", { example: "row 3" }))).toMatch(
      /^some rows lie; --ignore x \(row 3\); training takes .* --ignore x, and give --dataset a\.calql$/,
    );
    expect(noteSentence(adviceOf("nothing to be said."))).toBe("nothing to be said");
  });
});

describe("calql train", () => {
  it("on a log with names of its own names the command, after which it trains", async () => {
    const task = registerLine("logged-line", { horizon: 10 });
    const place = dirname(newFolder());
    const at = (name: string) => join(place, name);
    mkdirSync(place, { recursive: true });
    const rows = Array.from({ length: 80 }, (_, i) => ({
      s: Math.floor(i / 8),
      x: i % 8,
      y: 1,
      a: 0.1,
      r: 1,
      end: i % 8 === 7,
    }));
    writeFileSync(at("visits.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    writeFileSync(at("map.yaml"), "episode: s\nobservation: [x, y]\naction: [a]\nreward: r\nterminated: end\n");
    const small =
      "--preset laptop --threads 1 --batch-size 8 --n-actions 2 --actor-hidden 8 --critic-hidden 8 --offline-updates 5 --online-steps 0 --evaluation-episodes 1";
    const trainOn = (file: string) =>
      calql("train", "--task", task, "--dataset", file, "--out", at("run"), ...small.split(" "));
    const refused = await trainOn(at("visits.jsonl"));
    expect(refused.code).toBe(2);
    const command = /calql (data convert \S+ \S+) --mapping MAP/.exec(refused.error)![1]!.split(" ");
    expect(command.slice(2)).toEqual([at("visits.jsonl"), at("visits.calql")]);
    const converted = await calql(...command, "--mapping", at("map.yaml"));
    expect(converted).toMatchObject({
      code: 0,
      out: expect.stringContaining("notice: 80 steps in 10 episodes are few"),
    });
    expect(existsSync(at("visits.calql"))).toBe(true);
    expect((await trainOn(command[3]!)).code).toBe(0);
    expect(readRun(at("run")).config.dataset).toMatchObject({ episodes: 10, steps: 80 });
  });
});
