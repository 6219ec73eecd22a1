/**
 * `npm run compare-torch`: the update on pictures beside the same update in PyTorch (torch_update.py), in turns on the same
 * cores, so that what else the machine does meets both. Times of the processor are given beside those of the clock: on one
 * thread they hardly know what else it does. PyTorch may be absent; that is said in one line.
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
  const own = async (count: number): Promise<Spent> => {
    const [begin, before] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < count; i++) await agent.update(batch);
    const { user, system } = process.cpuUsage(before);
    return { clock: (performance.now() - begin) / count, processor: (user + system) / 1000 / count };
  };
  await own(WARM_UP);
  const turns: Turn[] = [];
  for (let round = 0; round < plan.rounds; round++)
    turns.push([await own(plan.updates), await other.time(plan.updates)]);
  await agent.release();
  other.end();
  process.stdout.write(`PyTorch ${[other.version, ...variant].join(" ")}\n`);
  for (const measure of ["clock", "processor"] as const) process.stdout.write(`  ${summary(turns, measure)}\n`);
  return true;
}

/** Milliseconds of an update. */
type Spent = Readonly<Record<"clock" | "processor", number>>;
/** calql's, and PyTorch's. */
type Turn = readonly [Spent, Spent];

/** "clock: calql 60.1 ms, PyTorch 120.4 ms (best of each); ratio in turns: median 2.0, 1.7 to 2.4" */
function summary(turns: readonly Turn[], measure: keyof Spent): string {
  const least = (which: 0 | 1) => Math.min(...turns.map((turn) => turn[which][measure])).toFixed(1);
  const ratios = turns.map(([own, other]) => other[measure] / own[measure]).sort((a, b) => a - b);
  const shown = (ratio: number) => ratio.toFixed(2);
  const spread = `${shown(ratios[0]!)} to ${shown(ratios.at(-1)!)}`;
  return `${measure}: calql ${least(0)} ms, PyTorch ${least(1)} ms (best of each); ratio in turns: median ${shown(ratios[ratios.length >> 1]!)}, ${spread}`;
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

  async time(updates: number): Promise<Spent> {
    this.process.stdin!.write(`${updates}\n`);
    const { value } = await this.answers.next();
    const [clock, processor] = String(value).split(" ").map(Number);
    return { clock: clock!, processor: processor! };
  }

  end(): void {
    this.process.stdin!.end();
  }
}
