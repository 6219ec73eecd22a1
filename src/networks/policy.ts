/**
 * What every policy can do, whatever its distribution: act on observations, given noise, and say what an exported file
 * of it answers. Noise comes from outside; without noise (zeros) the action is the deterministic one.
 */
import type { Tensor } from "../tensor/tensor.js";
import type { Parameters } from "./parameters.js";

/** A policy as symbolic tensors: what agents train, what acts and what is exported. */
export interface Policy {
  /** Of what kind it is, with its article: policies of one kind read the same numbers in the same way. */
  readonly kind: string;
  readonly parameters: Parameters;
  /** Standard-normal numbers that one exploring action takes. */
  readonly noiseSize: number;
  /**
   * Actions [batch, action] for observations [batch, observation] and noise [batch, noiseSize]; zeros give the
   * deterministic action. With `members` of other values (frozen ones, say) in place of the learned ones.
   */
  readonly act: (observations: Tensor, noise: Tensor, members?: Parameters["members"]) => Tensor;
  /** What an exported policy answers: the deterministic `actions`, and what one needs to explore. */
  readonly outputs: (observations: Tensor, members: Parameters["members"]) => Readonly<Record<string, Tensor>>;
  /** How the outputs are read, one line for the exported file. */
  readonly documentation: string;
}
