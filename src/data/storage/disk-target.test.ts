/**
 * What is written appears whole or not at all, and nowhere else.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunFailure, UsageError } from "../../errors.js";
import { diskTarget } from "./disk-target.js";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "calql-target-"));
});
afterEach(() => rmSync(place, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

describe("diskTarget", () => {
  it("gives a file its name only when it is committed", () => {
    const path = join(place, "new", "data.bin");
    const target = diskTarget(path, { kind: "file" });
    const file = target.create("whatever");
    file.append(bytes("0123"));
    file.append(bytes("4567"));
    file.overwrite(1, bytes("xy"));
    file.append(bytes("89"));
    expect(file.size).toBe(10);
    expect(existsSync(path)).toBe(false);
    target.commit();
    target.discard();
    expect(readFileSync(path, "utf8")).toBe("0xy3456789");
    expect(readdirSync(join(place, "new"))).toEqual(["data.bin"]);
  });

  it("writes pieces larger than what it gathers in their order", () => {
    const path = join(place, "data.bin");
    const target = diskTarget(path, { kind: "file" });
    const file = target.create("");
    const large = Uint8Array.from({ length: 700_000 }, (_, i) => i % 251);
    file.append(Uint8Array.of(1, 2, 3));
    file.append(large);
    file.append(Uint8Array.of(4, 5));
    file.overwrite(700_002, Uint8Array.of(9, 9));
    expect(() => file.overwrite(700_004, Uint8Array.of(1, 1))).toThrow(RunFailure);
    target.commit();
    const written = readFileSync(path);
    expect([...written.subarray(0, 6)]).toEqual([1, 2, 3, 0, 1, 2]);
    expect(written.subarray(3, 700_002).equals(large.subarray(0, 699_999))).toBe(true);
    expect([...written.subarray(700_001)]).toEqual([699_998 % 251, 9, 9, 5]);
  });

  it("leaves nothing when it is discarded, and the older dataset as it was", () => {
    for (const kind of ["file", "folder"] as const) {
      const path = join(place, kind);
      if (kind === "file") writeFileSync(path, "old");
      else {
        mkdirSync(path);
        writeFileSync(join(path, "a"), "old");
      }
      const target = diskTarget(path, { kind, replace: true });
      target.create("a").append(bytes("new"));
      target.discard();
      expect(readFileSync(kind === "file" ? path : join(path, "a"), "utf8")).toBe("old");
    }
    expect(readdirSync(place)).toEqual(["file", "folder"]);
  });

  it("replaces a folder by a whole one", () => {
    const path = join(place, "set");
    mkdirSync(path);
    writeFileSync(join(path, "old"), "old");
    const target = diskTarget(`${path}/`, { kind: "folder", replace: true });
    target.create("b/c.bin").append(bytes("deep"));
    expect(readdirSync(path)).toEqual(["old"]);
    target.commit();
    expect(readdirSync(path, { recursive: true })).toEqual(["b", join("b", "c.bin")]);
    expect(readdirSync(place)).toEqual(["set"]);
  });

  it("refuses what is there already, except an empty folder", () => {
    writeFileSync(join(place, "file"), "mine");
    mkdirSync(join(place, "full"));
    writeFileSync(join(place, "full", "thesis.tex"), "mine");
    mkdirSync(join(place, "empty"));
    const at =
      (name: string, kind: "file" | "folder", replace = false) =>
      () =>
        diskTarget(join(place, name), { kind, replace });
    expect(at("file", "file")).toThrow(/file exists already; name another place, or replace it with --force\.$/);
    expect(at("full", "folder")).toThrow(UsageError);
    expect(at("full", "file", true)).toThrow(/is a folder, but a file is to be written there/);
    expect(at("file", "folder", true)).toThrow(/is a file, but a folder is to be written there/);
    const target = at("empty", "folder")();
    target.create("a").append(bytes("new"));
    target.commit();
    expect(readdirSync(join(place, "empty"))).toEqual(["a"]);
    expect(readdirSync(place)).toEqual(["empty", "file", "full"]);
  });

  it("writes no file outside of the folder, whatever a format calls it", () => {
    const target = diskTarget(join(place, "set"), { kind: "folder" });
    for (const name of ["../x", "a/../../x", "/etc/x", "", "a//b", "a/", ".", "..", "a\\..\\x", "C:x", "a\0b"])
      expect(() => target.create(name), name).toThrow(UsageError);
    target.discard();
    expect(readdirSync(place)).toEqual([]);
  });

  it("says in one sentence that a place cannot be written", () => {
    writeFileSync(join(place, "file"), "mine");
    expect(() => diskTarget(join(place, "file", "below"), { kind: "file" })).toThrow(RunFailure);
    expect(() => diskTarget(join(place, "file", "below"), { kind: "file" })).toThrow(
      /^The dataset could not be written to .*below: .*\. Name another place\.$/,
    );
  });
});
