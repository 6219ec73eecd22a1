/**
 * What is said of files that are recognised and not read, and that the step which the sentence gives leads to the right
 * data.
 */

import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync, unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { DataError } from "../../errors.js";
import { type DataFiles, filesInMemory } from "../containers/files.js";
import { createHdf5 } from "../containers/hdf5/create-hdf5.fixture.js";
import { loadDataset } from "../episode-source.js";
import type { ReadOptions } from "./format.js";
import { recogniseFormat } from "./formats.js";
import { npzOf } from "./npy.fixture.js";
import { type ExpectedEpisode, plainEpisode } from "./numpy.fixture.js";

const fixtures = new URL("../../../fixtures/formats/", import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, fixtures)));
const text = (content: string) => Uint8Array.from(content, (character) => character.charCodeAt(0));
const file = (content: Uint8Array | string) =>
  filesInMemory("x", typeof content === "string" ? text(content) : content);
const folder = (...paths: string[]) => filesInMemory("x", new Map(paths.map((path) => [path, text("{}")])));

async function refusal(files: DataFiles): Promise<string> {
  const error = await recogniseFormat(files).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message;
}

async function read(files: DataFiles): Promise<ExpectedEpisode[]> {
  const source = await (await recogniseFormat(files)).open(files, {});
  return (await loadDataset(source)).episodes.map(plainEpisode);
}

const tar = `${"a.npz".padEnd(257, "\0")}ustar\x0000`;
const cases: readonly (readonly [string, DataFiles, RegExp])[] = [
  ["nothing", file(""), /^"x" is empty; copy it again\.$/],
  ["no files", folder(), /is an empty folder; copy the dataset again/],
  [
    "a pointer",
    file("version https://git-lfs.github.com/spec/v1\n"),
    /Git LFS and not the data themselves; fetch them with "git lfs pull"\.$/,
  ],
  ["a page", file("\n<!DOCTYPE html><html>"), /is a web page; download the file itself/],
  ["RLDS", folder("1.0.0/dataset_info.json", "1.0.0/a-train.tfrecord-00000-of-00001"), /TFDS, RLDS.*JSON lines/],
  ["TFRecord", folder("a.tfrecord"), /TFRecord.*JSON lines/],
  [
    "splits",
    folder("dataset_dict.json", "test/state.json", "train/state.json"),
    /\("test", "train"\).*folder of one of/,
  ],
  ["LeRobot 1", folder("meta_data/info.json"), /first version of LeRobot's format.*with LeRobot\.$/],
  ["Zarr", folder("data/.zarray", "data/0.0", ".zgroup"), /is a Zarr store.*h5py as D4RL does/],
  [
    "tables",
    folder("a.parquet", "b.parquet"),
    /a folder of 2 files .*\("a.parquet", "b.parquet"\).*; give one of them/,
  ],
  ["NumPy's", folder("actions.npy", "states.npy"), /NumPy's files of an unknown layout.*h5py/],
  ["torch", file(zipSync({ "archive/data.pkl": text("x") })), /is a file of torch\.save.*h5py/],
  ["old torch", file("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."), /is a file of torch\.save.*h5py/],
  ["a policy", file(zipSync({ "policy.pth": text("x") })), /a model of Stable-Baselines3 and no data/],
  [
    "Excel",
    file(zipSync({ "[Content_Types].xml": text("x"), "xl/workbook.xml": text("x") })),
    /is an Excel workbook, .*; save its sheet as CSV, one row a step, .*mapping/,
  ],
  [
    "Word",
    file(zipSync({ "[Content_Types].xml": text("x"), "word/document.xml": text("x") })),
    /is a document and no data; give the data/,
  ],
  [
    "OpenDocument",
    file(
      zipSync(
        { mimetype: text("application/vnd.oasis.opendocument.spreadsheet"), "content.xml": text("x") },
        { level: 0 },
      ),
    ),
    /is a spreadsheet of OpenDocument, .*CSV/,
  ],
  ["PDF", file("%PDF-1.7\n"), /is a document and no data/],
  [
    "zipped pictures",
    file(zipSync({ "a/1.png": text("x"), "a/2.JPG": text("x") })),
    /is a zip archive that holds only pictures \(2 files\); actions, rewards and/,
  ],
  ["pictures", folder("1.png", "sub/2.png"), /is a folder that holds only pictures \(2 files\); actions/],
  ["a picture", file("\x89PNG\r\n\x1a\n"), /is a picture; actions/],
  ["zip", file(zipSync({ "a.csv": text("x") })), /is a zip archive \(of "a\.csv"\).*; unpack it and give/],
  ["a broken zip", file("PK\x03\x04"), /a damaged archive, or one that was cut short.*; copy it again\.$/],
  ["zstd", file("\x28\xb5\x2f\xfd"), /is compressed.*unpack it first/],
  ["tar", file(tar), /is a tar archive.*; unpack it/],
  ["MATLAB", file("MATLAB 5.0 MAT-file, Platform: GLNXA64"), /MATLAB's.*h5py/],
  ["ROS", file("#ROSBAG V2.0\n"), /a recording of ROS \(bag\).*JSON lines/],
  ["MCAP", file("\x89MCAP0\r\n"), /a recording of MCAP.*JSON lines/],
  ["Rerun", file("RRF2"), /a recording of Rerun.*JSON lines/],
  ["ROS 2", file("SQLite format 3\0"), /SQLite.*JSON lines/],
  ["Arrow", file("ARROW1\0\0"), /a table of Arrow.*Parquet/],
];

test.each(cases)("%s is named, with the next step", async (_name, files, message) => {
  expect(await refusal(files)).toMatch(message);
  expect(await refusal(files)).toMatch(/^"x" is .*\.$/);
});

test.each<[string, DataFiles, RegExp]>([
  ["text", file("hello"), /^"x" seems to be text, .*docs\/data\.md.*--mapping FILE/],
  ["JSON", file("[1, 2]"), /^"x" seems to be JSON, .*--mapping FILE/],
  ["bytes", file("\x00\x01\x02"), /^"x" seems to be a binary file, [^-]*are read\.$/],
  ["a folder", folder("a.txt", "b.txt", "c"), /a folder of 2 files \.txt and 1 file without an ending, /],
])("of %s that nobody knows it is said what they seem to be, in one short sentence", async (_name, files, message) => {
  const sentence = await refusal(files);
  expect(sentence).toMatch(message);
  expect(sentence.length).toBeLessThan(250);
});

describe("an .npz of no format", () => {
  const five = {
    observations: [
      [4, 1],
      [1, 2, 3, 4],
    ],
    actions: [
      [4, 1],
      [1, 2, 3, 4],
    ],
    rewards: [[4], [1, 2, 3, 4]],
  } as const;
  const open = (arrays: Parameters<typeof npzOf>[0]) => filesInMemory("x", npzOf(arrays));
  const lengths = async (files: DataFiles, from?: string, options: ReadOptions = {}) =>
    (await loadDataset(await (await recogniseFormat(files, from)).open(files, options))).episodes.map(
      ({ length }) => length,
    );

  test("without a mark of ends says so, and both its next steps lead to the right data", async () => {
    expect(await refusal(open(five))).toMatch(
      /has observations, actions and rewards but no mark of where episodes end; add terminals, timeouts or episode_id, or say --from transitions --horizon STEPS/,
    );
    expect(await lengths(open({ ...five, terminals: [[4], [0, 1, 0, 1]] }), "transitions")).toEqual([2, 2]);
    expect(await lengths(open(five), "transitions", { horizon: 2 })).toEqual([1, 1]);
  });

  test("that lacks an array names it", async () => {
    const { rewards: _, ...bare } = five;
    expect(await refusal(open({ ...bare, timeouts: [[4], [0, 1, 0, 1]] }))).toMatch(/has .* but no rewards; add them/);
  });

  test("that is one file of an episode folder is not taken for rows", async () => {
    const one = { observation: five.observations, action: five.actions, reward: five.rewards, discount: five.rewards };
    expect(await refusal(open(one))).toContain("give its folder");
    expect(await refusal(open({ ...one, is_first: five.rewards, is_terminal: five.rewards }))).toContain(
      "give its folder",
    );
  });

  test("that was cut short says so", async () => {
    const bytes = npzOf(five);
    expect(await refusal(filesInMemory("x", bytes.slice(0, bytes.length - 30)))).toContain("cut short");
  });

  test("and an HDF5 file say what they hold and what flat rows need", async () => {
    const bytes = await createHdf5((hdf5) => {
      hdf5.create_group("episodes");
      hdf5.create_dataset({ name: "actions", data: [1, 2], shape: [2, 1], dtype: "<f" });
    });
    expect(await refusal(filesInMemory("x", bytes))).toMatch(
      /an HDF5 file of an unknown layout; at its top: "actions" \[2, 1\], "episodes\/"\. Flat rows lack "observations", "rewards" there: store/,
    );
  });
});

describe("the next step leads to the right data", () => {
  const pickles = JSON.parse(new TextDecoder().decode(bytesOf("pickles/expected.json")));
  const imitation = JSON.parse(new TextDecoder().decode(bytesOf("imitation/expected.json")));

  test("unpacking", async () => {
    const demonstrations = bytesOf("pickles/dapg-protocol4.pickle");
    const packed = gzipSync(bytesOf("flat/gymnasium.h5"));
    expect(await refusal(filesInMemory("rows.h5.gz", packed))).toContain("unpack it first");
    expect(await read(filesInMemory("rows.h5", gunzipSync(packed)))).toEqual(
      JSON.parse(new TextDecoder().decode(bytesOf("flat/expected.json"))).unknown,
    );
    const archive = zipSync({ "demos.pickle": demonstrations });
    expect(await refusal(filesInMemory("demos.zip", archive))).toContain("unpack it and give");
    expect(await read(filesInMemory("demos.pickle", unzipSync(archive)["demos.pickle"]!))).toEqual(
      pickles.demonstrations,
    );
  });

  test("one of several", async () => {
    const [name, bytes] = ["data-00000-of-00001.arrow", bytesOf("imitation/folder/data-00000-of-00001.arrow")] as const;
    const one = [name, "dataset_info.json", "state.json"];
    const inside = new Map(one.map((path) => [`train/${path}`, path === name ? bytes : text("{}")]));
    expect(await refusal(filesInMemory("x", new Map([...inside, ["dataset_dict.json", text("{}")]])))).toContain(
      '"train"',
    );
    const train = new Map([...inside].map(([path, content]) => [path.slice("train/".length), content]));
    expect(await read(filesInMemory("train", train))).toEqual(imitation);
    const files = new Map([1, 2].map((i) => [`${i}.pkl`, bytesOf("pickles/transformer-protocol4.pkl")] as const));
    expect(await refusal(filesInMemory("x", files))).toContain("give one of them");
    expect(await read(filesInMemory("1.pkl", files.get("1.pkl")!))).toEqual(pickles.known);
  });

  const rows = [
    [0, 1, -1, 0, 0],
    [1, 0.5, 0, 0, 0],
    [2, -0.5, 1, 1, 0],
    [5, 1, -1, 0, 0],
    [6, 1, -1, 0, 1],
  ] as const;
  const episodes: ExpectedEpisode[] = [
    {
      length: 3,
      observations: [0, 1, 2],
      actions: [1, 0.5, -0.5],
      rewards: [-1, 0, 1],
      terminated: [0, 0, 1],
      truncated: false,
    },
    { length: 1, observations: [5, 6], actions: [1], rewards: [-1], terminated: [0], truncated: true },
  ].map((episode) => ({ ...episode }));

  test("a log of JSON lines", async () => {
    const lines = rows.map(([observation, action, reward, terminated, truncated], i) =>
      JSON.stringify({
        ...{ episode: i < 3 ? "a" : "b", step: i % 3, observation: [observation], action: [action], reward },
        ...{ terminated: terminated === 1, truncated: truncated === 1 },
      }),
    );
    const [first, second] = await read(filesInMemory("log.jsonl", text(lines.join("\n"))));
    expect(first).toEqual({ ...episodes[0], observations: [0, 1, 2, 2] });
    expect(second).toEqual(episodes[1]);
  });

  test("rows as D4RL has them", async () => {
    const column = (i: number) => rows.map((row) => row[i]!);
    const arrays = { observations: 0, actions: 1, rewards: 2, terminals: 3, timeouts: 4 };
    const bytes = await createHdf5((hdf5) => {
      for (const [name, i] of Object.entries(arrays))
        hdf5.create_dataset({ name, data: column(i), shape: i < 2 ? [rows.length, 1] : [rows.length], dtype: "<f" });
    });
    const [first, second] = await read(filesInMemory("rows.hdf5", bytes));
    expect(first).toEqual({ ...episodes[0], observations: [0, 1, 2, 5] });
    expect(second).toEqual(episodes[1]);
  });
});
