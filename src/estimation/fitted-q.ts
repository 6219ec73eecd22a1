/**
 * Fitted Q evaluation (Le, Voloshin, Yue 2019, algorithm 3; here with a slow target in place of rounds): critics learn
 * what a given policy is worth from episodes that another one logged, by the backup of its own next actions,
 *
 *   Q(s, a) <- r + (1 - terminated)·gamma·Q_target(s', a'),  a' ~ pi(.|s').
 *
 * Each member of the ensemble weighs every episode as a bootstrap resample would (Hao et al. 2021), so that what the
 * members disagree on says how far their mean can be trusted.
 */
import { observationsInput, type Sizes } from "../agents/context.js";
import { qValues, twinOf } from "../agents/critics.js";
import { agentSettings } from "../agents/settings.js";
import { Update } from "../agents/update.js";
import { type Observations, partColumn, type TransitionRows } from "../data/columns.js";
import { declareCritics } from "../networks/critic.js";
import { declareDiscreteCritics, isAction, valuesOfAll, valuesWhere } from "../networks/discrete.js";
import type { Ensemble } from "../networks/ensemble.js";
import { RandomStream } from "../random.js";
import { add, input, mean, mul, square, stopGradient, sub, sum } from "../tensor/operations.js";
import { compile, type Program } from "../tensor/program.js";
import type { Tensor } from "../tensor/tensor.js";

export interface FittedQSettings {
  /** In [0, 1). */
  readonly discount: number;
  /** Default 256, 256. */
  readonly hidden?: readonly number[];
  /** Critics, each with its own weights of the episodes; default 10. */
  readonly members?: number;
  /** Default 256. */
  readonly batchSize?: number;
  /** Default 3e-4. */
  readonly learningRate?: number;
  /** Share of the way that targets go towards their critics in an update; default 0.005. */
  readonly polyakTau?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default 1. */
  readonly threads?: number;
}

/** Critics of one policy, and the programs by which they learn and answer. */
export class FittedQ {
  private asked: { readonly rows: number; readonly program: Program } | undefined;

  private constructor(
    private readonly program: Program,
    private readonly critics: Ensemble,
    private readonly sizes: Sizes,
    private readonly threads: number,
  ) {}

  static async create(sizes: Sizes, settings: FittedQSettings): Promise<FittedQ> {
    const { hidden = [256, 256], members: count = 10, seed = 0, threads = 1 } = settings;
    const random = new RandomStream(seed, "fitted q");
    const sameStart = twinOf(random);
    const declare = (name: string, from: RandomStream): Ensemble => {
      const { discreteActions: actions } = sizes;
      return actions === undefined
        ? declareCritics(name, { ...sizes, hidden, count }, from)
        : declareDiscreteCritics(name, { observationSize: sizes.observationSize, actions, hidden, count }, from);
    };
    const critics = declare("critics", random);
    const update = fittedUpdate(critics, declare("targetCritics", sameStart), sizes, settings);
    return new FittedQ(await compile(update, { threads }), critics, sizes, threads);
  }

  get members(): number {
    return this.critics.count;
  }

  /**
   * One step of all members.
   * @param batch rows whose `nextActions` are the judged policy's at `nextObservations`, not the data's
   * @param weights how much each row counts for each member [members, rows]
   * @returns the mean loss
   */
  async update(batch: TransitionRows, weights: Float32Array): Promise<number> {
    for (const [name, target] of Object.entries(this.program.inputs)) {
      const values = name === WEIGHTS ? weights : batch[name];
      if (values) (target as Float32Array).set(values as Float32Array);
    }
    await this.program.run();
    this.program.commit();
    return this.program.metrics[this.program.metricNames.indexOf("fittedLoss")]!;
  }

  /** Q(s, a) by every member [members, rows] for actions in [-1, 1], or numbered ones; overwritten by the next call. */
  async values(observations: Observations, actions: Float32Array): Promise<Float32Array> {
    const rows = actions.length / this.sizes.actionSize;
    if (this.asked?.rows !== rows) {
      await this.asked?.program.release();
      this.asked = { rows, program: await this.compileValues(rows) };
    }
    const { program } = this.asked;
    for (const [name, target] of Object.entries(program.inputs)) {
      const part = Object.keys(observations).find((key) => partColumn("observations", key) === name);
      const values = name === ACTIONS ? actions : part === undefined ? this.program.state(name) : observations[part]!;
      target.set(values);
    }
    await program.run();
    return program.outputs.values!;
  }

  get stateNames(): readonly string[] {
    return this.program.stateNames;
  }

  /** The current values of a state tensor (not a copy). */
  state(name: string): Float32Array {
    return this.program.state(name);
  }

  async release(): Promise<void> {
    await this.program.release();
    await this.asked?.program.release();
  }

  private compileValues(rows: number): Promise<Program> {
    const observations = observationsInput(this.sizes, rows, "observations");
    const values = valuesBy(this.critics, this.sizes, observations, input(ACTIONS, [rows, this.sizes.actionSize]));
    return compile({ name: "fitted-values", outputs: { values } }, { threads: this.threads });
  }
}

const WEIGHTS = "weights";
const ACTIONS = "actions";

/** The loss is the mean over rows and members of weight·(Q - y)^2; every member backs up its own target. */
function fittedUpdate(critics: Ensemble, targets: Ensemble, sizes: Sizes, settings: FittedQSettings) {
  const { discount, batchSize = 256, learningRate = 3e-4, polyakTau = 0.005 } = settings;
  const column = (name: string, ...shape: number[]) => input(name, [batchSize, ...shape]);
  const next = valuesBy(
    targets,
    sizes,
    observationsInput(sizes, batchSize, "nextObservations"),
    column("nextActions", sizes.actionSize),
  );
  const continues = mul(sub(1, column("terminated")), discount);
  const target = stopGradient(add(column("rewards"), mul(continues, next)));
  const observations = observationsInput(sizes, batchSize, "observations");
  const values = valuesBy(critics, sizes, observations, column("actions", sizes.actionSize));
  const squares = mul(input(WEIGHTS, [critics.count, batchSize]), square(sub(values, target)));
  const { adamBeta1: beta1, adamBeta2: beta2, adamEpsilon: epsilon } = agentSettings.parse({});
  const update = new Update({ beta1, beta2, epsilon });
  const loss = sum(mean(squares, [1]));
  update.learn({
    objectives: [{ parameters: critics.parameters, loss, learningRate }],
    metrics: { fittedLoss: mean(squares) },
  });
  update.follow(targets.parameters, critics.parameters, polyakTau);
  return update.program("fitted-q");
}

/** Q(s, a) by every member [members, rows]. */
function valuesBy(critics: Ensemble, { discreteActions }: Sizes, observations: Tensor, actions: Tensor): Tensor {
  if (discreteActions === undefined) return qValues(critics, observations, actions);
  return valuesWhere(isAction(actions, discreteActions), valuesOfAll(critics, observations));
}
