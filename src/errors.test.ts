/** What is said where a file cannot be used, of errors that the operating system itself made where that is possible. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { fileReason, nearestNames, suggestion, unknownName } from "./errors.js";

const place = mkdtempSync(join(tmpdir(), "calql-errors-"));
const file = join(place, "file");
writeFileSync(file, "text");
afterAll(() => rmSync(place, { recursive: true }));

it.each<[string, string, () => unknown]>([
  ["ENOENT", "there is no such file", () => readFileSync(join(place, "missing"))],
  ["EISDIR", "it is a folder", () => readFileSync(place)],
  ["ENOTDIR", "a part of the path is a file, not a folder", () => readFileSync(join(file, "x"))],
  ["EEXIST", "there is something of that name already", () => mkdirSync(file)],
  ["ENOTEMPTY", "the folder is not empty", () => rmdirSync(place)],
  ["ENAMETOOLONG", "the name is too long", () => readFileSync(join(place, "x".repeat(5000)))],
])("%s: %s", (code, words, action) => {
  const error = errorOf(action);
  expect(error.code).toBe(code);
  expect(fileReason(error)).toBe(words);
});

it.each([
  ["EFBIG", "it would be larger than a file may be here"],
  ["EMFILE", "this program has too many files open"],
  ["ENFILE", "this machine has too many files open"],
  ["EBUSY", "something else is using it"],
  ["ETXTBSY", "it is a program that is running"],
  ["EIO", "the disk does not answer as it should"],
  ["ENXIO", "the device is not there"],
  ["ENODEV", "the device is not there"],
  ["ENOSPC", "the disk is full"],
])("%s is %s", (code, words) => {
  expect(constants.errno).toHaveProperty(code);
  expect(fileReason(Object.assign(new Error(`${code}: in other words, write`), { code }))).toBe(words);
});

it("another one is said in its own first line, without a full stop", () => {
  const error = Object.assign(new Error("EILSEQ: illegal byte sequence, open.\nmore"), { code: "EILSEQ" });
  expect(fileReason(error)).toBe("EILSEQ: illegal byte sequence, open");
  expect(fileReason("no error at all")).toBe("no error at all");
});

it.runIf(process.platform === "linux")("a limit of the size of files is one of them", () => {
  const { status, stderr } = spawnSync(
    "sh",
    ["-c", 'ulimit -f 1; trap "" XFSZ; exec "$0" -e "$1" "$2"', process.execPath, writing, join(place, "large")],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: "EFBIG" });
});

/** A program that writes more than the limit, and says the code of the error. */
const writing = `try { require("fs").writeFileSync(process.argv[1], new Uint8Array(1e6)); }
catch (error) { process.stderr.write(error.code); process.exit(1); }`;

function errorOf(action: () => unknown): NodeJS.ErrnoException {
  try {
    action();
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  return expect.fail("nothing was thrown");
}

it("of many known names, an unknown one is shown the eight nearest", () => {
  const letters = [..."zabcdefghi"].map((letter) => `name-${letter}`);
  expect(nearestNames("name-c", letters.slice(0, 8))).toBe(letters.slice(0, 8).join(", "));
  expect(unknownName("thing", "nome-i", [...letters, "something else"]).message).toBe(
    'Unknown thing "nome-i". Did you mean "name-i"? Known: name-a, name-b, name-c, name-d, name-e, name-f, name-g, name-i and 3 more.',
  );
});

it.each([
  ["start", ["length", "startWidth", "horizon"], ' Did you mean "startWidth"?'],
  ["lenght", ["length", "startWidth", "horizon"], ' Did you mean "length"?'],
  ["colour", ["length", "startWidth", "horizon"], ""],
  ["x", [], ""],
])("%s among %s is suggested as%s", (name, known, said) => {
  expect(suggestion(name, known)).toBe(said);
});
