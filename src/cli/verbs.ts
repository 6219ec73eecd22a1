/**
 * The verbs of the command line, in the order of its help. The file of a verb, with its flags and all that it needs, is
 * loaded when a command line names the verb.
 */
import type { Command } from "commander";

export interface Verb {
  readonly name: string;
  /** What follows the name, as the list of verbs shows it. */
  readonly takes: string;
  readonly description: string;
  /** Under which heading the list of verbs shows it, where that is not the common one. */
  readonly group?: string;
  /** Loads what gives the verb its arguments, flags and action. */
  readonly load: () => Promise<(command: Command) => void>;
}

export const verbs: readonly Verb[] = [
  {
    name: "train",
    takes: "[options]",
    description: "learn from recorded data and, where there is a task, fine-tune online; a run folder with a report",
    load: async () => (await import("./train.js")).defineTrain,
  },
  {
    name: "resume",
    takes: "[options] <run>",
    description: "resume a run from its newest sound checkpoint",
    load: async () => (await import("./resume.js")).defineResume,
  },
  {
    name: "export",
    takes: "[options] <run>",
    description: "write the policy of a run's newest checkpoint, or of its best evaluated state, as an ONNX file",
    load: async () => (await import("./export.js")).defineExport,
  },
  {
    name: "compare",
    takes: "[options]",
    description: "train agents with several seeds in parallel, except for runs that are complete, and compare them",
    load: async () => (await import("./compare.js")).defineCompare,
  },
  {
    name: "report",
    takes: "[options] <runs...>",
    description: "draw the report of a run, or of several overlaid by agent (mean and band over seeds)",
    load: async () => (await import("./report.js")).defineReport,
  },
  {
    name: "doctor",
    takes: "<runs...>",
    description: "what the critic said when a run went online, and what was to be expected of it",
    load: async () => (await import("./doctor.js")).defineDoctor,
  },
  {
    name: "replay-crash",
    takes: "<run>",
    description: "repeat the update that was not finite, from the crash bundle that the run left",
    group: "For maintainers of calql:",
    load: async () => (await import("./replay-crash.js")).defineReplayCrash,
  },
  {
    name: "watch",
    takes: "[options] [run]",
    description: "play an episode of a policy and write it as a moving picture (.gif) or a film strip (.png)",
    load: async () => (await import("./watch.js")).defineWatch,
  },
  {
    name: "judge",
    takes: "[options] <dataset> <policies...>",
    description: "which policy is worth most, from recorded episodes alone, with intervals",
    load: async () => (await import("./judge.js")).defineJudge,
  },
  {
    name: "serve",
    takes: "[options] <policy>",
    description: "put a policy to work behind HTTP; its decisions and rewards become the next data set",
    load: async () => (await import("./serve.js")).defineServe,
  },
  {
    name: "data",
    takes: "",
    description: "inspect, convert, collect, merge or download recorded data",
    load: async () => (await import("./data.js")).defineData,
  },
  {
    name: "settings",
    takes: "",
    description: "print every setting with its flag, default and meaning (Markdown)",
    load: async () => (await import("./settings.js")).defineSettings,
  },
  {
    name: "agents",
    takes: "",
    description: "print every agent with its formula, source, defaults and metrics (Markdown)",
    load: async () => (await import("./agents.js")).defineAgents,
  },
  {
    name: "demo",
    takes: "[options]",
    description: "CQL and Cal-QL go online where a policy can unlearn, and where it cannot (3 minutes)",
    load: async () => (await import("./demo.js")).defineDemo,
  },
];
