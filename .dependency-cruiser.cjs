/**
 * The arrows: which room of src/ may import which. `npm run arrows` checks them, and .ci/run does.
 *
 * Rules on src/ see the source, type-only imports included; rules on dist/ see what is left at run time.
 * Tests and fixtures may import anything.
 */

/** Every room may import itself and these. */
const everywhere = ["data/figures.ts", "errors.ts", "random.ts", "registered.ts", "requirement.ts", "version.ts"];

/** What rooms may import that carry out whole runs. */
const aroundRuns = ["train.ts", "files", "runs", "report", "report/write-report.ts", "training", "agents", "data", "data/formats", "data/storage", "environments", "settings"];

/** What else each room may import: rooms (with the rooms below them, unless these have a line) and single files. */
const mayImport = {
  tensor: [],
  networks: ["tensor"],
  agents: ["tensor", "networks", "data"],
  data: [],
  "data/containers": [],
  "data/formats": ["data", "data/containers"],
  "data/storage": ["data", "data/containers", "data/formats", "files"],
  files: [],
  physics: [],
  rendering: ["physics"],
  kinematics: ["physics"],
  environments: ["data", "physics", "kinematics", "rendering", "settings"],
  estimation: ["agents", "data", "networks", "tensor"],
  settings: ["agents", "environments", "data"],
  training: ["tensor", "networks", "agents", "data", "estimation", "environments", "settings"],
  runs: ["files", "training", "agents", "data", "data/formats", "data/storage", "environments", "settings"],
  report: ["estimation/interval.ts", "training/record.ts", "training/doctor.ts", "runs/record.ts", "runs/read.ts", "data"],
  "report/write-report.ts": ["report", "files", "runs/record.ts", "runs/read.ts"],
  comparison: aroundRuns,
  server: [...aroundRuns, "data/containers", "estimation"],
};

/** Entry points of the package that also export what lies in rooms below theirs. */
const entryPoints = { "data/index.ts": ["data", "data/containers", "data/formats"] };

/** `node:` modules may be imported here, and nowhere else in src/. */
const node = ["files", "train.ts", "runs", "comparison", "server", "cli", "data/storage", "report/write-report.ts"];

const rooms = Object.keys(mayImport);

/** A pattern for the files of a room, without those rooms and files below it that have a line of their own. */
function pathOf(place) {
  if (place.endsWith(".ts")) return `^src/${place.replace(".", "\\.")}$`;
  const below = rooms.filter((room) => room.startsWith(`${place}/`)).map((room) => room.slice(place.length + 1));
  const ends = below.map((name) => (name.endsWith(".ts") ? `${name.replace(".", "\\.")}$` : `${name}/`));
  return ends.length === 0 ? `^src/${place}/` : `^src/${place}/(?!${ends.join("|")})`;
}

const ofRooms = Object.entries({ ...mayImport, ...entryPoints }).map(([room, others]) => ({
  name: `${room.replace("/", "-")}-may-import`,
  comment: `src/${room} may import ${others.length === 0 ? "no other room" : others.join(", ")}.`,
  from: { path: pathOf(room), pathNot: room in entryPoints ? [] : Object.keys(entryPoints).map(pathOf) },
  to: { path: "^src/", pathNot: [room, ...others, ...everywhere].map(pathOf) },
}));

/** All of them are errors. */
const rules = [
  ...ofRooms,
  {
    name: "every-room-has-a-line",
    comment: "A new room of src/ needs a line in mayImport; only the command line and the entry files may import everything.",
    from: { path: "^src/[^/]+/", pathNot: ["^src/cli/", ...rooms.map((room) => `^src/${room}/`)] },
    to: {},
  },
  {
    name: "basics-know-no-room",
    comment: "What every room may import imports no room.",
    from: { path: everywhere.map(pathOf) },
    to: { path: "^src/[^/]+/" },
  },
  {
    name: "main-entry-point-is-not-imported",
    comment: "Inside src/, import the file that has it; src/index.ts would load everything.",
    from: { path: "^src/", pathNot: "^src/cli/" },
    to: { path: "^src/(index|browser)\\.ts$|^src/cli/" },
  },
  {
    name: "node-only-at-the-edge",
    comment: `node: modules belong into ${node.join(", ")}: the rest must run in a browser.`,
    from: { path: "^src/", pathNot: node.map(pathOf) },
    to: { dependencyTypes: ["core"] },
  },
  {
    name: "onnx-runtime-only-in-tensor",
    comment: "src/tensor chooses the ONNX Runtime; everybody else calls compiled programs.",
    from: { path: "^src/", pathNot: "^src/tensor/" },
    to: { path: "node_modules/onnxruntime-" },
  },
  {
    name: "no-developer-tools",
    comment: "The package does not have tools/.",
    from: { path: "^src/" },
    to: { path: "^tools/" },
  },
  {
    name: "all-imports-are-found",
    comment: "An import that is not found would escape every other rule.",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "environments-load-nothing-above-them",
    comment: "Environments may know the types of settings (their presets), but load neither settings nor the loop.",
    from: { path: "^dist/environments/" },
    to: { path: "^dist/(settings|training|runs)/" },
  },
  {
    name: "no-cycles",
    comment: "Files that load each other depend on who is loaded first.",
    from: { path: "^dist/" },
    to: { circular: true },
  },
];

module.exports = {
  forbidden: rules.map((rule) => ({ ...rule, severity: "error" })),
  options: {
    // TypeScript 7 has no parser that dependency-cruiser can call; swc reads the same syntax.
    parser: "swc",
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.(test|fixture)\\.ts$|^dist/.*\\.d\\.ts$" },
  },
};
