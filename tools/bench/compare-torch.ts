/**
 * `npm run compare-torch`: the update on pictures beside the same update in PyTorch (torch_update.py), in turns on the same
 * cores, so that what else the machine does meets both. PyTorch may be absent; that is said in one line.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { Command, Option } from "commander";
import { Agent } from "../../src/agents/agent.js";
import { numberOf } from "../../src/cli/numbers.js";
import { benchCases, syntheticBatch } from "./bench.js";

const SCRIPT = "tools/bench/torch_update.py";
/** PyTorch as it is written, and with what makes it faster here: a compiled graph, channels last in memory. */
const VARIANTS = [[], ["--compile", "--channels-last"]] as const;
const WARM_UP = 5;

interface Flags {
  readonly python: string;
  readonly rounds: string;
  readonly updates: string;
  readonly threads: string;
}

export const compareTorchCommand = new Command("compare-torch")
  .description("time the update on pictures in turns with the same update in PyTorch")
  .option("--python <command>", "a Python that has PyTorch 2", "python3")
  .option("--rounds <number>", "turns of each", "8")
  .option("--updates <number>", "updates in a turn", "10")
  .addOption(new Option("--threads <number>", "threads of both").default(String(availableParallelism())))
  .action(async ({ python, ...flags }: Flags) => {
    const whole = (name: "rounds" | "updates" | "threads") =>
      numberOf(flags[name], `--${name}`, { whole: true, least: 1, most: 1e6 })!;
    const [rounds, updates, threads] = [whole("rounds"), whole("updates"), whole("threads")];
    for (const variant of VARIANTS) if (!(await compare(python, variant, { rounds, updates, threads }))) break;
  });

interface Plan {
  readonly rounds: number;
  readonly updates: number;
  readonly threads: number;
}

/** Whether there was a PyTorch to compare with. */
async function compare(python: string, variant: readonly string[], plan: Plan): Promise<boolean> {
  const other = await TorchUpdate.start(python, [...variant, "--threads", String(plan.threads)]);
  if (other === undefined) {
    process.stdout.write(
      `There is no PyTorch to compare with (${python} ${SCRIPT}); name a Python that has it: --python.\n`,
    );
    return false;
  }
  const picture = benchCases.find(({ name }) => name === "pictures")!;
  const { agent: name, ...sizes } = picture;
  const agent = await Agent.create(name, { ...sizes, threads: plan.threads });
  const batch = syntheticBatch(picture, agent.settings.batchSize as number);
  const own = async (count: number) => {
    const begin = performance.now();
    for (let i = 0; i < count; i++) await agent.update(batch);
    return (performance.now() - begin) / count;
  };
  await own(WARM_UP);
  const turns: (readonly [number, number])[] = [];
  for (let round = 0; round < plan.rounds; round++)
    turns.push([await own(plan.updates), await other.time(plan.updates)]);
  await agent.release();
  other.end();
  process.stdout.write(`PyTorch ${[other.version, ...variant].join(" ")}: ${summary(turns)}\n`);
  return true;
}

/** "calql 60.1 ms, PyTorch 120.4 ms (best of each); ratio in turns: median 2.0, 1.7 to 2.4" */
function summary(turns: readonly (readonly [number, number])[]): string {
  const least = (which: 0 | 1) => Math.min(...turns.map((turn) => turn[which])).toFixed(1);
  const ratios = turns.map(([own, other]) => other / own).sort((a, b) => a - b);
  const shown = (ratio: number) => ratio.toFixed(2);
  const spread = `${shown(ratios[0]!)} to ${shown(ratios.at(-1)!)}`;
  return `calql ${least(0)} ms, PyTorch ${least(1)} ms (best of each); ratio in turns: median ${shown(ratios[ratios.length >> 1]!)}, ${spread}`;
}

/** The script as it waits for turns. */
class TorchUpdate {
  private constructor(
    private readonly process: ChildProcess,
    private readonly answers: AsyncIterator<string>,
    readonly version: string,
  ) {}

  /** Undefined where the script does not come to its first answer, as without PyTorch. */
  static async start(python: string, flags: readonly string[]): Promise<TorchUpdate | undefined> {
    const child = spawn(python, [SCRIPT, ...flags], { stdio: ["pipe", "pipe", "ignore"] });
    const failed = new Promise<undefined>((resolve) => child.once("error", () => resolve(undefined)));
    const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const first = await Promise.race([failed, answers.next()]);
    return first === undefined || first.done ? undefined : new TorchUpdate(child, answers, first.value);
  }

  /** Milliseconds per update. */
  async time(updates: number): Promise<number> {
    this.process.stdin!.write(`${updates}\n`);
    const { value } = await this.answers.next();
    return Number(value);
  }

  end(): void {
    this.process.stdin!.end();
  }
}
