/**
 * D4RL's datasets, by the names and addresses of its own list (d4rl/infos.py; for the Adroit hands of version 1, of
 * its environments). Sizes and checksums of AntMaze and the Adroit hands are those that TensorFlow Datasets recorded
 * (tensorflow_datasets/d4rl, checksums.tsv); of Franka Kitchen, those that others found when they downloaded the files.
 */
import type { PublicSet } from "./public-sets.js";

const ROOT = "http://rail.eecs.berkeley.edu/datasets/offline_rl/";
const PAGE = "https://github.com/Farama-Foundation/D4RL/wiki/Tasks";

const hands = ["pen", "door", "hammer", "relocate"].flatMap((task) =>
  ["human", "cloned", "expert"].map((kind) => `${task}-${kind}-v1`),
);

/** The name of each set, and its address below the root, without ".hdf5". */
const addresses: readonly (readonly [name: string, address: string])[] = [
  ["antmaze-umaze-v2", "ant_maze_v2/Ant_maze_u-maze_noisy_multistart_False_multigoal_False_sparse_fixed"],
  ["antmaze-umaze-diverse-v2", "ant_maze_v2/Ant_maze_u-maze_noisy_multistart_True_multigoal_True_sparse_fixed"],
  ["antmaze-medium-play-v2", "ant_maze_v2/Ant_maze_big-maze_noisy_multistart_True_multigoal_False_sparse_fixed"],
  ["antmaze-medium-diverse-v2", "ant_maze_v2/Ant_maze_big-maze_noisy_multistart_True_multigoal_True_sparse_fixed"],
  ["antmaze-large-play-v2", "ant_maze_v2/Ant_maze_hardest-maze_noisy_multistart_True_multigoal_False_sparse_fixed"],
  ["antmaze-large-diverse-v2", "ant_maze_v2/Ant_maze_hardest-maze_noisy_multistart_True_multigoal_True_sparse_fixed"],
  ...hands.map((name) => [name, `hand_dapg_v1/${name}`] as const),
  ["kitchen-complete-v0", "kitchen/mini_kitchen_microwave_kettle_light_slider-v0"],
  ["kitchen-partial-v0", "kitchen/kitchen_microwave_kettle_light_slider-v0"],
  ["kitchen-mixed-v0", "kitchen/kitchen_microwave_kettle_bottomburner_light-v0"],
  ["maze2d-umaze-v1", "maze2d/maze2d-umaze-sparse-v1"],
  ["maze2d-umaze-dense-v1", "maze2d/maze2d-umaze-dense-v1"],
  ["maze2d-medium-v1", "maze2d/maze2d-medium-sparse-v1"],
  ["maze2d-medium-dense-v1", "maze2d/maze2d-medium-dense-v1"],
  ["maze2d-large-v1", "maze2d/maze2d-large-sparse-v1"],
  ["maze2d-large-dense-v1", "maze2d/maze2d-large-dense-v1"],
];

/** Bytes and SHA-256, where they are known. */
const checksums: Readonly<Record<string, readonly [bytes: number, sha256: string]>> = {
  "antmaze-umaze-v2": [232_532_949, "5ef15257771c50ef4d23c7de001750e96c8bb5d9b6a5e4a821dcfb3065fbd130"],
  "antmaze-umaze-diverse-v2": [230_854_272, "c771dd63963cd7d9f55f24a6d809064f6b82250a6aeac4c9d13f9a1d06e8c932"],
  "antmaze-medium-play-v2": [231_110_764, "c9fec1c1daad97c71d61bd47f4ccc9f74faa855b8a2d2e8107d5378018827e5b"],
  "antmaze-medium-diverse-v2": [231_095_166, "ad9dcbac05d1f8744a7a216083f513662f43f64f28a4a5eb225e9811902dfae7"],
  "antmaze-large-play-v2": [230_880_653, "6d353df2457829925d7f9d4b0215587469908bd57478ea76f16417cfa944f471"],
  "antmaze-large-diverse-v2": [231_183_710, "84f775eb7956ea9cc766704710dc520a8ab357adc7522ade47f556f0e335e284"],
  "pen-human-v1": [2_040_573, "209e345b2150b633f30a11612612c60f49e941f127ce6c4dc0cd790501c46f9f"],
  "pen-cloned-v1": [155_074_191, "6d1a982cee1950501bedebbddedbcbb377e6284d379986c83abac8a6c0be0c22"],
  "pen-expert-v1": [262_040_663, "3791b8ca6a802061770af2977c051ac3ae261488210ce73788760a5b8308f374"],
  "door-human-v1": [3_121_206, "f9691288c3ddf2b4e7b31bdae0d8444b80ba035515495f8a902d60c43ee09370"],
  "door-cloned-v1": [294_356_136, "1f6a60ecc4d2a2e5c02f41dd3412be61bb265a33dcf120ceee9e9682d4fe4d48"],
  "door-expert-v1": [536_056_678, "66df4cd4e0a1e0b72ea72653ce088e29ecbfa99bac3cd2b52e64092e9a0aaab4"],
  "hammer-human-v1": [5_606_475, "3e42f3f49b5c92a901601dfe867c6c62a9651cbe79f6760ec8b402a15816a498"],
  "hammer-cloned-v1": [446_616_879, "e48d75b159bdd72f51d3f01448d3eca4d38275714e11e995c14a36f6cf159db3"],
  "hammer-expert-v1": [557_047_483, "1c069a0f6e4852493023c77dc3b3a12d8d5ac2e3a034827fea3ab8a161e7185f"],
  "kitchen-complete-v0": [556_544, "cd797c38cd52dfbe3f960cef73935cc724847abd189e47a703a7a2315ed60a81"],
  "kitchen-partial-v0": [19_558_459, "57bfd9c5fe88a7cf702bbaf8b7cd800d30cd869e7f73416007238d26cd859800"],
  "kitchen-mixed-v0": [19_560_760, "a30382a50278fdaea2e2d88e5f2836a95bcf9b581d252617872fd6537302721b"],
};

export const d4rlSets: readonly PublicSet[] = addresses.map(([name, address]) => {
  const [bytes, sha256] = checksums[name] ?? [];
  return {
    name,
    family: "D4RL",
    page: PAGE,
    files: [{ path: `${name}.hdf5`, url: `${ROOT}${address}.hdf5`, bytes, sha256 }],
  };
});
