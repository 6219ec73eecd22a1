/**
 * What every agent is built from: its settings, the sizes of observations and actions, the batch and the noise as
 * symbolic tensors, and the stream for the first values of its networks. An agent's file turns a context into a policy
 * and an update.
 */

import {
  type Columns,
  type ObservationParts,
  type Part,
  partColumn,
  STATE,
  transitionColumns,
  vectorParts,
  widthOf,
} from "../data/columns.js";
import type { NumberNames } from "../data/episode.js";
import { hasMask, LEGAL } from "../data/legal-actions.js";
import type { Normalisation, Transform } from "../data/transform.js";
import type { AdamSettings } from "../networks/adam.js";
import type { LegalActions } from "../networks/discrete.js";
import type { Parameters } from "../networks/parameters.js";
import type { Policy } from "../networks/policy.js";
import { randomShift } from "../networks/random-shift.js";
import { RandomStream } from "../random.js";
import { add, concat, constant, div, greater, input, mul, reshape, slice, sub, toFloat } from "../tensor/operations.js";
import type { Shape, Tensor } from "../tensor/tensor.js";
import type { CommonSettings } from "./settings.js";
import type { Update } from "./update.js";

/** The shapes of a task's observations and actions, and the transform between its units and the networks'. */
export interface Sizes {
  /** The numbers of an observation, all parts together: what the first layer of a network sees. */
  readonly observationSize: number;
  /** The parts of an observation, where it is more than a vector of float32. */
  readonly observations?: ObservationParts | undefined;
  /** Numbers of an action: 1, the index, where actions are discrete. */
  readonly actionSize: number;
  /** How many actions there are to choose from, where they are discrete. */
  readonly discreteActions?: number | undefined;
  /** What observations' and actions' numbers are, where somebody says it; nothing learns from them. */
  readonly names?: NumberNames | undefined;
  /** From the units of the environment to what networks see; absent: they are the same. */
  readonly transform?: Transform | undefined;
}

/** A batch as tensors: observations [B, observation], actions [B, action], the others [B]; `terminated` is 0 or 1. */
export interface BatchTensors {
  readonly observations: Tensor;
  readonly actions: Tensor;
  readonly rewards: Tensor;
  readonly nextObservations: Tensor;
  /** What the data did at the next observations. */
  readonly nextActions: Tensor;
  readonly terminated: Tensor;
  /** Monte-Carlo return-to-go G of each transition. */
  readonly returnsToGo: Tensor;
}

export type NoiseKind = "normal" | "uniform" | "selection";

export interface DeclaredNoise {
  readonly kind: NoiseKind;
  readonly tensor: Tensor;
}

/** The noise that an update consumes, declared by name as the losses ask for it; filled from outside the graph. */
export class Noise {
  /** @param prefix of the names that are asked for: one loss written down twice gets noise of its own each time */
  constructor(
    readonly declared = new Map<string, DeclaredNoise>(),
    private readonly prefix = "",
  ) {}

  /** The same noise, under names that begin with the prefix. */
  under(prefix: string): Noise {
    return new Noise(this.declared, `${this.prefix}${prefix}/`);
  }

  /** Standard-normal numbers. */
  normal(name: string, shape: Shape): Tensor {
    return this.declare(name, "normal", shape);
  }

  /** Numbers uniform in [-1, 1]: random actions. */
  uniform(name: string, shape: Shape): Tensor {
    return this.declare(name, "uniform", shape);
  }

  /** `chosen` different ones of `count`, as rows with a single 1 [chosen, count]. */
  selection(name: string, chosen: number, count: number): Tensor {
    return this.declare(name, "selection", [chosen, count]);
  }

  private declare(name: string, kind: NoiseKind, shape: Shape): Tensor {
    const full = `${this.prefix}${name}`;
    const known = this.declared.get(full);
    if (known) return known.tensor;
    const tensor = input(`noise/${full}`, shape);
    this.declared.set(full, { kind, tensor });
    return tensor;
  }
}

/** What an agent's build function gets: its settings, and symbolic tensors for a batch and for noise. */
export interface AgentContext<Settings extends CommonSettings = CommonSettings> {
  readonly settings: Settings;
  readonly sizes: Sizes;
  readonly batch: BatchTensors;
  readonly noise: Noise;
  /** Where networks take their first values from. */
  readonly random: RandomStream;
}

/** An agent, built: how it acts and how it learns. */
export interface AgentParts {
  readonly policy: Policy;
  readonly update: Update;
  /** How to ask its critics for values; without it they cannot be queried. */
  readonly critics?: ValueOfActions;
}

/** The critics from which a policy learns. */
export interface ValueOfActions {
  /** Their state tensor. */
  readonly parameters: Parameters;
  /** Q(s, a) by the smallest of them [rows], for observations [rows, observation] and actions [rows, action]. */
  readonly value: (observations: Tensor, actions: Tensor) => Tensor;
}

export function agentContext<S extends CommonSettings>(settings: S, sizes: Sizes, seed: number): AgentContext<S> {
  const noise = new Noise();
  const batch = batchTensors(settings, sizes, noise);
  return { settings, sizes, batch, noise, random: new RandomStream(seed, "networks") };
}

/** Batches that one update walks through. */
export function stepsOf(settings: CommonSettings & { readonly criticSteps?: number }): number {
  return settings.criticSteps ?? 1;
}

/** Adam's settings, as `Update` takes them. */
export function adamSettings({ adamBeta1, adamBeta2, adamEpsilon }: CommonSettings): AdamSettings {
  return { beta1: adamBeta1, beta2: adamBeta2, epsilon: adamEpsilon };
}

/** The parts of observations of these sizes. */
export function partsOf({ observationSize, observations }: Sizes): ObservationParts {
  return observations ?? vectorParts(observationSize);
}

/** Which actions are legal, as observations of these sizes say it; undefined where all are in every state. */
export function legalActionsIn(sizes: Sizes): LegalActions | undefined {
  const parts = partsOf(sizes);
  if (!hasMask({ observations: parts, discreteActions: sizes.discreteActions })) return undefined;
  const before = Object.keys(parts).indexOf(LEGAL);
  const start = Object.values(parts)
    .slice(0, before)
    .reduce((sum, part) => sum + widthOf(part), 0);
  return (observations) => greater(slice(observations, 1, start, start + sizes.discreteActions!), 0.5);
}

/** The columns of the transitions that an agent of these sizes learns from. */
export function columnsFor(sizes: Sizes): Columns {
  return transitionColumns(partsOf(sizes), sizes.actionSize);
}

/** Whether a part is a picture: bytes [height, width, channels]. */
export function isPicture({ type, shape }: Part): boolean {
  return type === "uint8" && shape.length === 3;
}

/**
 * Observations as networks see them [rows, observation]: the parts side by side in their order, each an input of its own
 * element type under its column's name. Bytes are cast here and divided by 255; a vector alone is its input as it is.
 * @param shift what is done to pictures [rows, height, width, channels] before
 */
export function observationsInput(
  sizes: Sizes,
  rows: number,
  prefix: "observations" | "nextObservations",
  shift: (picture: Tensor) => Tensor = (picture) => picture,
): Tensor {
  const parts = Object.entries(partsOf(sizes)).map(([name, part]) => {
    const column = input(partColumn(prefix, name), [rows, ...part.shape], part.type);
    const flat = reshape(isPicture(part) ? shift(column) : column, [rows, widthOf(part)]);
    if (part.type === "float32") return name === STATE ? normalised(flat, sizes.transform?.observations) : flat;
    return part.type === "uint8" ? div(toFloat(flat), 255) : toFloat(flat);
  });
  return parts.length === 1 ? parts[0]! : concat(parts, 1);
}

/** (x - mean) / deviation, number by number. */
function normalised(x: Tensor, normalisation: Normalisation | undefined): Tensor {
  if (!normalisation) return x;
  const row = (values: Float32Array) => constant(values, [1, values.length]);
  return div(sub(x, row(normalisation.mean)), row(normalisation.deviation));
}

/** Actions in [-1, 1] [rows, action] in the units of the environment. */
export function environmentActions(actions: Tensor, { transform }: Sizes): Tensor {
  const bounds = transform?.actions;
  if (!bounds) return actions;
  const row = (of: (low: number, high: number) => number) =>
    constant(
      bounds.low.map((low, i) => of(low, bounds.high[i]!)),
      [1, bounds.low.length],
    );
  return add(
    mul(
      actions,
      row((low, high) => (high - low) / 2),
    ),
    row((low, high) => (high + low) / 2),
  );
}

/** One input for each column of a transition (data/columns.ts), observations joined to one tensor. */
function batchTensors(settings: CommonSettings, sizes: Sizes, noise: Noise): BatchTensors {
  const size = settings.batchSize * stepsOf(settings);
  const others = columnsFor(sizes)
    .filter(({ name }) => !/^(?:o|nextO)bservations(?:\/|$)/.test(name))
    .map(({ name, shape }) => [name, input(name, [size, ...shape])] as const);
  const shifts = settings.encoder === "flat" ? 0 : settings.randomShift;
  const learned = (prefix: "observations" | "nextObservations") => {
    if (shifts === 0) return observationsInput(sizes, size, prefix);
    const places = () => noise.uniform(`shift/${prefix}`, [size, 2]);
    return observationsInput(sizes, size, prefix, (picture) => randomShift(picture, places(), shifts));
  };
  return {
    observations: learned("observations"),
    nextObservations: learned("nextObservations"),
    ...Object.fromEntries(others),
  } as unknown as BatchTensors;
}
