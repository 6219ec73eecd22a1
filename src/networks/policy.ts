/**
 * What every policy can do, whatever its distribution: act on observations, given noise, and say what an exported file
 * of it answers. Noise comes from outside; without noise (zeros) the action is the deterministic one.
 */
import type { Tensor } from "../tensor/tensor.js";
import type { Encoder } from "./encoder.js";
import type { Parameters } from "./parameters.js";

/** A policy as symbolic tensors: what agents train, what acts and what is exported. */
export interface Policy {
  /** Of what kind it is, with its article: policies of one kind read the same numbers in the same way. */
  readonly kind: string;
  readonly parameters: Parameters;
  /** Whose numbers it acts with: its own, and those of the network whose encoder it looks with. Absent: its own alone. */
  readonly reads?: () => readonly Parameters[];
  /** Standard-normal numbers that one exploring action takes. */
  readonly noiseSize: number;
  /**
   * Actions [batch, action] for observations [batch, observation] and noise [batch, noiseSize]; zeros give the
   * deterministic action. With `members` of other values (frozen ones, say) in place of the learned ones: of all that it
   * reads.
   */
  readonly act: (observations: Tensor, noise: Tensor, members?: Parameters["members"]) => Tensor;
  /** What an exported policy answers: the deterministic `actions`, and what one needs to explore. */
  readonly outputs: (observations: Tensor, members: Parameters["members"]) => Readonly<Record<string, Tensor>>;
  /** How the outputs are read, one line for the exported file. */
  readonly documentation: string;
}

/** The networks with whose numbers a policy acts. */
export function networksOf({ parameters, reads }: Pick<Policy, "parameters" | "reads">): readonly Parameters[] {
  return reads?.() ?? [parameters];
}

/** A policy's own parameters, and those of the network that lends it an encoder. */
export function readWith(parameters: Parameters, { owner }: Encoder): () => readonly Parameters[] {
  return () => (owner ? [parameters, owner()] : [parameters]);
}
