/**
 * The datasets of Minari (on Hugging Face), of OGBench, and the binary Adroit data that AWAC published.
 */
import type { PublicSet } from "./public-sets.js";

const HUGGING_FACE = "https://huggingface.co/datasets/farama-minari/D4RL";

const minariNames = [
  ...["pen", "door", "hammer", "relocate"].flatMap((task) =>
    ["human", "cloned", "expert"].map((kind) => `${task}/${kind}-v2`),
  ),
  ...["complete", "partial", "mixed"].map((kind) => `kitchen/${kind}-v2`),
  ...["umaze", "umaze-diverse", "medium-play", "medium-diverse", "large-play", "large-diverse"].map(
    (maze) => `antmaze/${maze}-v1`,
  ),
  ...["open", "umaze", "medium", "large"].flatMap((maze) => [`pointmaze/${maze}-v2`, `pointmaze/${maze}-dense-v2`]),
];

/** A folder each, as Minari's own storage lays it out; the server states the checksum of the large file. */
export const minariSets: readonly PublicSet[] = minariNames.map((name) => ({
  name: `D4RL/${name}`,
  family: "Minari",
  page: `${HUGGING_FACE}/tree/main/${name}`,
  files: ["data/metadata.json", "data/main_data.hdf5"].map((path) => ({
    path,
    url: `${HUGGING_FACE}/resolve/main/${name}/${path}`,
  })),
}));

const OGBENCH = "https://rail.eecs.berkeley.edu/datasets/ogbench";

const ogbenchNames = [
  ...["pointmaze", "antmaze"].flatMap((agent) =>
    ["medium", "large", "giant", "teleport"].flatMap((maze) =>
      ["navigate", "stitch"].map((kind) => `${agent}-${maze}-${kind}-v0`),
    ),
  ),
  ...["medium", "large", "teleport"].map((maze) => `antmaze-${maze}-explore-v0`),
];

/** Checksums that users of the files wrote down. */
const ogbenchKnown: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>> = {
  "pointmaze-large-navigate-v0": {
    bytes: 20_398_507,
    sha256: "82a73ed8de90ad2b8bf89069253e961918438d127d7f7c7f09c81e642d0d2c61",
  },
};

export const ogbenchSets: readonly PublicSet[] = ogbenchNames.map((name) => ({
  name,
  family: "OGBench",
  page: "https://github.com/seohongpark/ogbench",
  files: [{ path: `${name}.npz`, url: `${OGBENCH}/${name}.npz`, ...ogbenchKnown[name] }],
}));

const ADROIT = "https://drive.google.com/file/d/1yUdJnGgYit94X_AvV6JJP5Y3Lx2JF30Y/view";

/** One archive on Google Drive, which hands large files only to browsers. */
export const adroitBinarySets: readonly PublicSet[] = ["pen", "door", "relocate"].map((task) => ({
  name: `${task}-binary`,
  family: "Adroit binary",
  page: ADROIT,
  byHand: `Google Drive hands such a file only to a browser: download the archive ${ADROIT} and unpack from it`,
  files: [`${task}2_sparse.npy`, `${task}_bc_sparse4.npy`].map((path) => ({ path, url: ADROIT })),
}));
