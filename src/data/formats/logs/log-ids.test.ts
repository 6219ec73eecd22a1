/**
 * Ids of episodes beyond 2^53, as databases give them: neighbours are one number in JavaScript, and two episodes under one
 * id would become one. They are refused, and the step that is named keeps them apart.
 */
import { expect, test } from "vitest";
import { filesInMemory } from "../../containers/files.js";
import { writeParquet } from "../../containers/parquet/parquet-writer.js";
import { loadDataset } from "../../episode-source.js";
import { parquetFormat } from "../formats.js";
import { MemoryTarget } from "../memory-target.fixture.js";
import { logRow, readText } from "./log.fixture.js";

const ids = ["12345678901234567890", "12345678901234567891"];

test("in JSON they are read as texts", async () => {
  const line = JSON.stringify(logRow("@", 0, { terminated: true }));
  const text = ids.map((id) => line.replace('"@"', id)).join("\n");
  await expect(readText(text)).rejects.toThrow(
    /line 1: column "episode" is 12345678901234567000 where a number below 2\^53, or a text/,
  );
  expect((await readText(text.replace(/("episode":)(\d+)/g, '$1"$2"'))).episodes).toHaveLength(2);
});

test("in Parquet they are read as texts, in rows that nothing else parts", async () => {
  const table = async (type: "int64" | "text") => {
    const target = new MemoryTarget();
    const writer = writeParquet(target.create("log.parquet"), [
      { name: "episode", type },
      { name: "observation", type: "float32" },
      { name: "action", type: "float32", list: true },
      { name: "reward", type: "float32" },
    ]);
    for (const id of ["9007199254740992", "9007199254740993"])
      for (const step of [0, 1]) writer.add([type === "text" ? id : BigInt(id), step, [0.5], 1]);
    writer.finish();
    const files = filesInMemory("log.parquet", target.contents().get("log.parquet")!);
    return loadDataset(await parquetFormat.open(files, {}));
  };
  await expect(table("int64")).rejects.toThrow(
    '"log.parquet": column "episode", rows 0 to 3 cannot be read: 9007199254740992 is no whole number below 2^53, and larger ones cannot be told apart here; store the column as texts (in pandas, astype(str)) if it names episodes, else in a larger unit.',
  );
  expect((await table("text")).episodes.map(({ length }) => length)).toEqual([1, 1]);
});
