/**
 * The unpickler by itself: operations one by one, whatever programs chance makes of them, and programs that are small
 * but make much.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../errors.js";
import { unpickle } from "./pickle.js";
import { PickleBytes, type PickleValue } from "./pickle-values.js";

const MEGABYTE = 2 ** 20;
const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const read = (program: string, budget = MEGABYTE) => unpickle(bytesOf(program), 0, '"x"', budget);

describe("operations of all protocols", () => {
  const cases: readonly (readonly [string, string, PickleValue])[] = [
    ["whole numbers", "(K\x05M\x01\x02J\xff\xff\xff\xffI-12\nL34L\n\x8a\x02\x00\xfft.", [5, 513, -1, -12, 34, -256]],
    ["floats", "(G\xbf\xf8\x00\x00\x00\x00\x00\x00F2.5\nF-inf\nt.", [-1.5, 2.5, Number.NEGATIVE_INFINITY]],
    ["truth and nothing", "(\x88\x89NI01\nI00\nt.", [true, false, null, true, false]],
    ["texts", "(\x8c\x02\xc3\xa9X\x01\x00\x00\x00aVx\\u005c\nt.", ["é", "a", "x\\"]],
    ["lists", "](K\x01K\x02eK\x03a.", [1, 2, 3]],
    ["tuples", "K\x01K\x02\x86K\x03\x86.", [[1, 2], 3]],
    ["the memo", "\x80\x04\x8c\x01a\x94h\x00\x86.", ["a", "a"]],
    ["the stack", "K\x01K\x020(K\x0712\x86.", [1, 1]],
  ];
  test.each(cases)("%s", (_name, program, value) => {
    expect(read(program)).toEqual(value);
  });

  test("dictionaries are Maps, and no key reaches a prototype", () => {
    const value = read("}(\x8c\x09__proto__}\x8c\x05toStrK\x01su.");
    expect(value).toEqual(new Map([["__proto__", new Map([["toStr", 1]])]]));
    expect(({} as { toStr?: number }).toStr).toBeUndefined();
  });

  test("bytes stay where they are in the file", () => {
    const value = read("C\x03abc.");
    expect(value).toBeInstanceOf(PickleBytes);
    expect(String(value)).toBe("abc");
  });
});

describe("what is refused", () => {
  test.each([
    ["a name of the oldest form", "cos\nsystem\n.", '"os.system"'],
    ["a name from the stack", "\x8c\x08builtins\x8c\x04exec\x93.", '"builtins.exec"'],
    ["a known name's neighbour", "cnumpy.core.multiarray\nfromfile\n.", '"numpy.core.multiarray.fromfile"'],
    ["control characters in a name", "cos\x1b[2J\nx\n.", '"os?[2J.x"'],
    ["objects of classes", "(ios\nsystem\n.", "makes an object of a class"],
    ["outside objects", "Pid\n.", "outside the file"],
    ["an unknown operation", "\xf0.", "operation 0xf0"],
    ["a later protocol", "\x80\x06N.", "protocol 6"],
    ["a call of data", "K\x01)R.", "calls a number"],
    ["an empty stack", "0.", "where there is none"],
    ["a mark that is not there", "t.", "mark"],
    ["a memo out of order", "Nj\x00\x00\x00\x7f.", "never remembered"],
    ["a memo far ahead", "Nr\x00\x00\x00\x7f.", "numbers its memo wrongly"],
    ["a long text", "X\xff\xff\xff\x7fa", "ends in the middle"],
    ["a number that is none", "I0x10\n.", "number that is none"],
    ["values left over", "NN.", "left over"],
    ["no end", "N", "ends in the middle"],
  ])("%s", (_name, program, problem) => {
    expect(() => read(program)).toThrow(problem);
    expect(() => read(program)).toThrow(DataError);
    expect(() => read(program)).toThrow(/^"x", at byte \d+, /);
  });

  test("few bytes that make much: a dictionary a byte", () => {
    expect(() => read(`(${"}".repeat(100_000)}t.`)).toThrow("far more memory");
  });

  test("lists that name each other twice, a hundred times over, are never unrolled", () => {
    const name = (index: number) => String.fromCharCode(index);
    const doubling = Array.from({ length: 100 }, (_, i) => `]q${name(i + 1)}(h${name(i)}h${name(i)}e`);
    const value = read(`(]q\x00${doubling.join("")}t.`, 2 ** 15);
    expect(value).toHaveLength(101);
  });

  test("nesting of any depth", () => {
    const depth = 10_000;
    expect(read(`${"]".repeat(depth)}${"a".repeat(depth - 1)}.`)).toHaveLength(1);
  });
});

test("programs by chance give data or one typed error", () => {
  const operation = fc.constantFrom(
    ..."N\x88\x89K\x01|M\x01\x02|J\x01\x02\x03\x04|]|}|)|(|t|l|d|e|u|s|a|0|1|2|.|R|b|\x85|\x86|\x87|\x94|\x93".split(
      "|",
    ),
    "q\x00",
    "h\x00",
    "\x8c\x06latin1",
    "C\x02ab",
    "c_codecs\nencode\n",
    "cnumpy\ndtype\n",
    "cnumpy\nndarray\n",
    "cnumpy._core.multiarray\n_reconstruct\n",
    "cnumpy._core.multiarray\nscalar\n",
    "cnumpy._core.numeric\n_frombuffer\n",
    "ccollections\nOrderedDict\n",
    "\x8c\x02f8",
    "\x8c\x01<",
  );
  const program = fc.array(operation, { minLength: 1, maxLength: 60 });
  let values = 0;
  fc.assert(
    fc.property(program, (parts) => {
      try {
        read(`${parts.join("")}.`);
        values++;
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        expect((error as DataError).message).toMatch(/^"x", at byte \d+, /);
      }
    }),
    { numRuns: 20_000, seed: 1 },
  );
  expect(values).toBeGreaterThan(100);
});

test("bytes by chance give data or one typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        unpickle(bytes, 0, '"x"', MEGABYTE);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }),
    { numRuns: 20_000, seed: 1 },
  );
});
