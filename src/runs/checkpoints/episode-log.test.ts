/**
 * The growing file of collected episodes: it comes back as it was where a checkpoint stood, and nowhere else.
 */

import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { vectorParts } from "../../data/columns.js";
import type { Episode } from "../../data/episode.js";
import { randomDataset } from "../../data/example-data.fixture.js";
import { DataError, RunFailure } from "../../errors.js";
import { RandomStream } from "../../random.js";
import { failingDisk, faults, Killed } from "../failing-disk.fixture.js";
import type { FilePosition } from "../file-position.js";
import { EpisodeLog, episodeLogFile } from "./episode-log.js";

const sizes = { observationSize: 3, actionSize: 2 };
const shapes = { observations: vectorParts(3), actionSize: 2 };
const { episodes } = randomDataset(1, [4, 1, 7], sizes);
let run: string;
let path: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "calql-episodes-"));
  path = join(run, episodeLogFile);
});
afterEach(() => rmSync(run, { recursive: true }));

function written(count = episodes.length): FilePosition {
  const log = EpisodeLog.create(run);
  for (const episode of episodes.slice(0, count)) log.append(episode);
  const position = log.position();
  log.close();
  return position;
}

function read(position: FilePosition): Episode[] {
  const found: Episode[] = [];
  EpisodeLog.reopen(run, position, shapes, (episode) => found.push(episode)).close();
  return found;
}

describe("a log of episodes", () => {
  it("gives back every episode, to the bit", () => {
    const position = written();
    expect(position.bytes).toBe(statSync(path).size);
    expect(read(position)).toEqual(episodes);
  });

  it("goes on as if it had never been closed", () => {
    const log = EpisodeLog.reopen(run, written(2), shapes, () => {});
    log.append(episodes[2]!);
    const position = log.position();
    log.close();
    const whole = readFileSync(path);
    expect(written()).toEqual(position);
    expect(readFileSync(path)).toEqual(whole);
  });

  it("is cut where the checkpoint stood", () => {
    const position = written(2);
    appendFileSync(path, "half an episode");
    expect(read(position)).toEqual(episodes.slice(0, 2));
    expect(statSync(path).size).toBe(position.bytes);
  });

  it("is empty for a checkpoint before the first episode", () => {
    expect(read(written(0))).toEqual([]);
  });

  it("is refused wherever one of its bits is another, and left as it is", () => {
    const position = written();
    const whole = readFileSync(path);
    const random = new RandomStream(3, "damage");
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(whole);
      const place = random.integer(bytes.length);
      bytes[place] = bytes[place]! ^ (1 << random.integer(8));
      writeFileSync(path, bytes);
      expect(() => read(position)).toThrow(DataError);
      expect(() => EpisodeLog.check(run, position)).toThrow(`${path} is damaged: it has another SHA-256`);
      expect(readFileSync(path)).toEqual(bytes);
    }
  });

  it("is refused where it is shorter or gone", () => {
    const position = written();
    truncateSync(path, position.bytes - 1);
    expect(() => read(position)).toThrow(
      `it has ${position.bytes - 1} bytes where the checkpoint knows ${position.bytes}`,
    );
    rmSync(path);
    expect(() => read(position)).toThrow(`${path} is damaged: there is no such file.`);
  });

  it("is refused for a task of other sizes", () => {
    const position = written();
    const wider = { observations: vectorParts(400), actionSize: 2 };
    expect(() => EpisodeLog.reopen(run, position, wider, () => {})).toThrow(
      /its episode at byte 0 is not of this task/,
    );
  });

  it.each(faults)("(%s) tells a failure at any operation, and comes back to its last position", (fault) => {
    const write = (at?: number): FilePosition[] => {
      const disk = failingDisk(fault, at);
      const positions: FilePosition[] = [];
      try {
        const log = EpisodeLog.create(run, disk);
        for (const episode of episodes) {
          log.append(episode);
          positions.push(log.position());
        }
        log.close();
      } catch (error) {
        expect(error).toBeInstanceOf(RunFailure);
        expect((error as RunFailure).message).toContain(path);
        if (fault === "killed") expect((error as Error).cause).toBeInstanceOf(Killed);
      }
      return positions;
    };
    expect(write()).toHaveLength(episodes.length);
    for (let at = 1; at <= 1 + 2 * episodes.length; at++) {
      const positions = write(at);
      expect(positions.length).toBeLessThan(episodes.length);
      const last = positions.at(-1);
      if (last) expect(read(last)).toEqual(episodes.slice(0, positions.length));
    }
  });
});
