/**
 * The settings that agents of this family share, declared once: type, default, sentence for `--help`, validation and
 * the table in the docs all come from these declarations. An agent's own settings are in its file.
 */
import { z } from "zod";
import { parseDeclared } from "../requirement.js";

const learningRate = (of: string, value: number) =>
  z.number().positive().default(value).describe(`Learning rate of ${of} (Adam).`);

/** Far above what papers use, and below what ends a process for want of memory. */
const LARGEST_BATCH = 2 ** 16;
const WIDEST_LAYER = 2 ** 14;
const MOST_CRITICS = 100;

/** The setting of a network's hidden layers: numbers of units, input and output not counted; 256, 256 by default. */
export const widths = (of: string) =>
  z
    .array(z.number().int().min(1).max(WIDEST_LAYER))
    .min(1)
    .default([256, 256])
    .describe(`Widths of the hidden layers of ${of}.`);

/** Settings as a caller may write them: whatever has a default may be left out, and lists may be constants. */
export type SettingsInput<S extends z.ZodType> = { readonly [Name in keyof z.input<S>]: Readonly<z.input<S>[Name]> };

/** What every agent has: how it sees the data and how it steps. */
export const agentSettings = z.object({
  batchSize: z.number().int().min(1).max(LARGEST_BATCH).default(256).describe("Transitions in a batch."),
  discount: z.number().min(0).max(1).default(0.99).describe("Discount (gamma) of future rewards."),
  adamBeta1: z.number().min(0).lt(1).default(0.9).describe("Decay of Adam's first moment."),
  adamBeta2: z.number().min(0).lt(1).default(0.999).describe("Decay of Adam's second moment."),
  adamEpsilon: z.number().positive().default(1e-8).describe("Adam's epsilon."),
  encoder: z
    .enum(["small", "small-embedded", "cog", "impala-small", "flat"])
    .default("small")
    .describe("What looks at pictures: a stack of convolutions, or nothing (flat: every byte is an input)."),
  encoderTrunk: z
    .number()
    .int()
    .min(1)
    .max(WIDEST_LAYER)
    .nullable()
    .default(64)
    .describe("Width of the layer between an encoder and what follows it; none: no such layer, as in COG."),
  randomShift: z
    .number()
    .int()
    .min(0)
    .max(64)
    .default(4)
    .describe("Pixels by which an encoder's pictures are shifted at random in updates, at most; 0: not at all."),
});

/** The settings that every agent has, resolved. */
export type CommonSettings = z.infer<typeof agentSettings>;

/** What agents with a policy and critics over continuous actions add. */
export const actorCriticSettings = agentSettings.extend({
  polyakTau: z
    .number()
    .min(0)
    .max(1)
    .default(0.005)
    .describe("Share of the new critics in the target critics, per update."),
  actorLearningRate: learningRate("the policy", 1e-4),
  criticLearningRate: learningRate("the critics", 3e-4),
  actorHidden: widths("the policy"),
  criticHidden: widths("each critic"),
  criticCount: z.number().int().min(1).max(MOST_CRITICS).default(2).describe("Critics in the ensemble."),
  criticLayerNorm: z.boolean().default(false).describe("Layer normalisation before each ReLU of the critics."),
  sharedEncoder: z
    .boolean()
    .default(true)
    .describe("One encoder for all networks, trained by the critics' loss; or each network trains its own."),
  logStdRange: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low < high, "name the lower bound first")
    .default([-20, 2])
    .describe("Bounds of the policy's log standard deviation."),
});

/** The settings of agents with a policy and critics over continuous actions, resolved. */
export type ActorCriticSettings = z.infer<typeof actorCriticSettings>;

/** The same settings with other defaults: how an agent that differs from its parent in numbers alone is declared. */
export function withDefaults<S extends z.ZodObject>(schema: S, defaults: Partial<z.input<S>>): S {
  const changed = Object.entries(defaults).map(([name, value]) => {
    const field = schema.shape[name] as z.ZodDefault<z.ZodType>;
    return [name, field.removeDefault().default(value).describe(field.description!)];
  });
  return schema.extend(Object.fromEntries(changed)) as unknown as S;
}

/**
 * Checks settings against their declaration and fills in the defaults.
 * @param what whose settings they are, for the error: 'agent "cql"'
 * @throws UsageError naming the setting and what it must be; unknown settings are refused with the nearest known name
 */
export function parseSettings<S extends z.ZodObject>(schema: S, values: object, what: string): z.infer<S> {
  return parseDeclared(schema, withNulls(schema, values), "setting", what);
}

/** "none" where a setting may be none, as files, flags and the list of settings write it, is null. */
function withNulls({ shape }: z.ZodObject, values: object): object {
  const isNull = (name: string, value: unknown) =>
    value === "none" && Object.hasOwn(shape, name) && (shape[name] as z.ZodType).safeParse(null).success;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isNull(name, value) ? null : value]));
}
