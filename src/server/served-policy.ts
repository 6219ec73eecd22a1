/**
 * A policy as the server holds it: a file, which version of it, and what it decides for rows of observations.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { drawChoice, drawVector } from "../agents/drawn-actions.js";
import { type PolicyAnswer, PolicyFile } from "../agents/policy-file.js";
import { describeParts, type Observations, type Values } from "../data/columns.js";
import type { ServedHeader } from "../data/formats/served/served-lines.js";
import { fileReason, UsageError } from "../errors.js";
import type { RandomStream } from "../random.js";

/** An action and how likely it was: a probability of a choice, a density of a vector, null of a vector not drawn. */
export interface Choice {
  readonly action: number | number[];
  readonly propensity: number | null;
}

/** How to explore where an action is to be drawn. */
export interface Exploration {
  /** Of discrete actions: the probability with which one is chosen at random. */
  readonly epsilon: number;
  readonly random: RandomStream;
}

export class ServedPolicy {
  /** What is asked for with every row. */
  private readonly told: Pick<PolicyFile, "choices" | "actionSize" | "drawRule" | "actionScale">;

  private constructor(
    private readonly file: PolicyFile,
    /** The first digits of the SHA-256 of its bytes. */
    readonly version: string,
  ) {
    const { choices, actionSize, drawRule, actionScale } = file;
    this.told = { choices, actionSize, drawRule, actionScale };
  }

  /** @throws UsageError where there is no such file; DataError where it holds no policy */
  static async load(path: string): Promise<ServedPolicy> {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw new UsageError(`The policy ${path} cannot be read: ${fileReason(error)}. Give a run or an ONNX file.`);
    }
    const version = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
    return new ServedPolicy(await PolicyFile.load(bytes, path), version);
  }

  get name(): string {
    return this.file.name;
  }

  /** What the file says of itself. */
  get metadata(): Readonly<Record<string, string>> {
    return this.file.metadata;
  }

  /** What a log of its decisions begins with. */
  get header(): ServedHeader {
    const { choices, actionSize, actionScale, observations } = this.file;
    const parts = Object.entries(observations).map(([name, { type, shape }]) => [name, { type, shape: [...shape] }]);
    const bounds = actionScale && { low: [...actionScale.low], high: [...actionScale.high] };
    return {
      kind: "calql-served",
      version: 1,
      observations: Object.fromEntries(parts) as ServedHeader["observations"],
      actions: choices === undefined ? { size: actionSize, ...bounds } : { discrete: choices },
    };
  }

  /** Whether its actions can be drawn. */
  get canDraw(): boolean {
    return this.told.choices !== undefined || this.told.drawRule !== undefined;
  }

  /** @throws UsageError where its actions cannot be drawn */
  refuseUndrawn(): void {
    if (this.canDraw) return;
    throw new UsageError(`The policy ${this.name} has no distribution to draw actions from; leave --stochastic out.`);
  }

  /** @throws UsageError where another policy takes other observations or acts otherwise; bounds may differ */
  refuseOther(other: ServedPolicy): void {
    const [mine, its] = [this, other].map(({ file }) => {
      const actions = file.choices === undefined ? `vectors of ${file.actionSize}` : `a choice among ${file.choices}`;
      return `${describeParts(file.observations)} into ${actions}`;
    });
    if (mine !== its)
      throw new UsageError(
        `The policy ${other.name} turns ${its}, and ${this.name} turns ${mine}; serve policies of one task together.`,
      );
  }

  /** One choice for each row of observations; @param draws for each row how to draw it, undefined where it is greedy */
  async decide(rows: readonly Observations[], draws: readonly (Exploration | undefined)[]): Promise<Choice[]> {
    const answer = await this.file.answer(joined(rows));
    return rows.map((_, row) => this.choiceOf(answer, row, draws[row]));
  }

  async release(): Promise<void> {
    await this.file.release();
  }

  private choiceOf(answer: PolicyAnswer, row: number, draw: Exploration | undefined): Choice {
    const { choices, actionSize, drawRule, actionScale } = this.told;
    const part = (rows: Float32Array, width: number) => rows.subarray(row * width, (row + 1) * width);
    if (choices !== undefined) {
      const { action, probability } = drawChoice(part(answer.values!, choices), draw);
      return { action, propensity: probability };
    }
    if (draw === undefined || drawRule === undefined)
      return { action: Array.from(part(answer.actions, actionSize)), propensity: null };
    const [mean, logStd] = [part(answer.mean!, actionSize), part(answer.logStd!, actionSize)];
    const { action, density } = drawVector(drawRule, mean, logStd, actionScale, draw.random);
    return { action: Array.from(action), propensity: density };
  }
}

/** Rows of single observations one after the other, part by part. */
function joined(rows: readonly Observations[]): Observations {
  const first = rows[0]!;
  if (rows.length === 1) return first;
  return Object.fromEntries(
    Object.entries(first).map(([name, values]) => {
      const width = values.length;
      const all = new (values.constructor as new (length: number) => Values)(rows.length * width);
      for (let i = 0; i < rows.length; i++) all.set(rows[i]![name]!, i * width);
      return [name, all];
    }),
  );
}
