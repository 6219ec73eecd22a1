/**
 * What an agent's networks look at pictures with. By default there is one encoder: it belongs to the critics, learns from
 * their loss alone, and is lent to every other network, which sees what it finds as constants (SAC-AE, Yarats et al. 2019;
 * DrQ, Kostrikov et al. 2020). With `sharedEncoder: false` every network, each critic too, learns one of its own from its
 * own loss, as in COG. A task without pictures has none of this.
 */
import type { ObservationParts } from "../data/columns.js";
import { widthOf } from "../data/columns.js";
import { UsageError } from "../errors.js";
import {
  type Encoder,
  lentEncoder,
  type Picture,
  pictureEncoder,
  plainEncoder,
  separateEncoders,
} from "../networks/encoder.js";
import type { Ensemble } from "../networks/ensemble.js";
import { ShapeError } from "../tensor/tensor.js";
import { type AgentContext, isPicture, partsOf } from "./context.js";
import type { ActorCriticSettings, CommonSettings } from "./settings.js";

/** What decides about encoders: the sizes of observations and, with others, the settings that every agent has. */
type LookingContext<Settings = unknown> = Pick<AgentContext<CommonSettings & Settings>, "settings" | "sizes">;

/** An encoder of a network's own. */
export function encoderOf(network: string, { settings, sizes }: LookingContext): Encoder {
  const pictures = picturesIn(partsOf(sizes));
  const { encoder: kind, encoderTrunk: trunk } = settings;
  const { observationSize } = sizes;
  if (kind === "flat" || pictures.length === 0) return plainEncoder(observationSize);
  try {
    return pictureEncoder(network, { kind, trunk, pictures, observationSize });
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const sides = pictures.map(({ shape: [height, width] }) => `${height}x${width}`).join(" and ");
    throw new UsageError(`Pictures of ${sides} are too small for the encoder ${kind}; take the encoder small.`);
  }
}

/** The encoder of critics: one for all of them, or with `sharedEncoder: false` one each. */
export function encoderOfCritics(
  name: string,
  context: LookingContext<Pick<ActorCriticSettings, "sharedEncoder" | "criticCount">>,
): Encoder {
  const { sharedEncoder, criticCount } = context.settings;
  const shared = encoderOf(name, context);
  if (sharedEncoder || !shared.looks) return shared;
  const own = (_: unknown, i: number) => encoderOf(`${name}/critic${i + 1}`, context);
  return separateEncoders(Array.from({ length: criticCount }, own));
}

/** The encoder of a network beside critics: theirs, as it stands in `critics`, or one of its own. */
export function encoderBeside(
  network: string,
  context: LookingContext<Pick<ActorCriticSettings, "sharedEncoder">>,
  critics: () => Ensemble,
  name = "critics",
): Encoder {
  if (!context.settings.sharedEncoder) return encoderOf(network, context);
  return lentEncoder(encoderOf(name, context), () => critics().parameters);
}

function picturesIn(parts: ObservationParts): Picture[] {
  let start = 0;
  const pictures: Picture[] = [];
  for (const part of Object.values(parts)) {
    if (isPicture(part)) pictures.push({ start, shape: part.shape as Picture["shape"] });
    start += widthOf(part);
  }
  return pictures;
}
