/**
 * Files on disk as readers see them: what is there, nothing outside of it, and one sentence where something is wrong.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../errors.js";
import { diskFiles } from "./disk-files.js";

const place = mkdtempSync(join(tmpdir(), "calql-disk-"));
const folder = join(place, "data");

beforeAll(() => {
  mkdirSync(join(folder, "b", "c"), { recursive: true });
  mkdirSync(join(place, "data-outside"));
  writeFileSync(join(place, "secret.txt"), "secret");
  writeFileSync(join(place, "data-outside", "secret.txt"), "secret");
  writeFileSync(
    join(folder, "a.bin"),
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );
  writeFileSync(join(folder, "b", "c", "d.bin"), "deep");
  for (let i = 0; i < 50; i++) writeFileSync(join(folder, "b", `many-${i}`), `file ${i}`);
  symlinkSync(join(folder, "a.bin"), join(folder, "inner-link"));
  symlinkSync(join(place, "secret.txt"), join(folder, "outer-link"));
  symlinkSync(join(place, "data-outside", "secret.txt"), join(folder, "sibling-link"));
  symlinkSync(place, join(folder, "folder-link"));
  symlinkSync(join(folder, "nowhere"), join(folder, "broken-link"));
});
afterAll(() => rmSync(place, { recursive: true }));

describe("diskFiles", () => {
  it("reads any stretch of a single file", () => {
    const files = diskFiles(join(folder, "a.bin"));
    expect(files).toMatchObject({ kind: "file", paths: ["a.bin"], name: join(folder, "a.bin") });
    const file = files.open("a.bin");
    expect(file.size).toBe(100);
    expect([...file.read(97, 3)]).toEqual([97, 98, 99]);
    expect([...file.read(100, 0)]).toEqual([]);
    files.close();
    expect([...file.read(5, 1)]).toEqual([5]); // opens it again
    files.close();
  });

  it("lists a folder with all below it, and reads more files than it keeps open", () => {
    const files = diskFiles(folder);
    expect(files.kind).toBe("folder");
    expect(files.paths).toContain("b/c/d.bin");
    expect([...files.paths]).toEqual([...files.paths].sort());
    const opened = Array.from({ length: 50 }, (_, i) => files.open(`b/many-${i}`));
    for (let round = 0; round < 2; round++)
      opened.forEach((file, i) => {
        expect(new TextDecoder().decode(file.read(0, file.size))).toBe(`file ${i}`);
      });
    files.close();
  });

  it("follows links inside the folder, never out of it", () => {
    const files = diskFiles(folder);
    expect([...files.open("inner-link").read(1, 2)]).toEqual([1, 2]);
    for (const link of ["outer-link", "sibling-link"])
      expect(() => files.open(link)).toThrow(/is a link that leads out of the folder, which is not followed; copy/);
    expect(files.paths.filter((path) => path.includes("secret"))).toEqual([]);
    expect(() => files.open("folder-link")).toThrow(DataError);
    expect(() => files.open("broken-link")).toThrow(/"broken-link" cannot be read: there is no such file/);
    expect(() => files.open("../secret.txt")).toThrow(/has no file "\.\.\/secret\.txt"/);
    files.close();
  });

  it("refuses what lies beyond the end, without making room for it", () => {
    const files = diskFiles(join(folder, "a.bin"));
    const file = files.open("a.bin");
    expect(() => file.read(90, 11)).toThrow(/a\.bin" ends after 100 bytes, before byte 101; copy it again\.$/);
    expect(() => file.read(0, 2 ** 50)).toThrow(DataError);
    expect(() => file.read(-1, 1)).toThrow(DataError);
    expect(() => file.read(Number.NaN, 1)).toThrow(DataError);
    files.close();
  });

  it("notices a file that becomes shorter while it is read", () => {
    const path = join(place, "shrinking");
    writeFileSync(path, "0123456789");
    const files = diskFiles(path);
    const file = files.open("shrinking");
    truncateSync(path, 4);
    expect(() => file.read(2, 6)).toThrow(/ends after 4 bytes, although it had 10 when it was opened/);
    files.close();
  });

  it("says in one sentence what cannot be read", () => {
    expect(() => diskFiles(join(place, "missing"))).toThrow(
      /^The dataset .*missing cannot be read: there is no such file\. Give the path of a dataset's file or folder\.$/,
    );
    expect(() => diskFiles("/dev/null")).toThrow(/it is neither a file nor a folder/);
  });
});
