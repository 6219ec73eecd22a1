/** The networks that agents are built from, as exported from `calql/agents`. */
export {
  actionValues,
  type CriticShape,
  declareCritics,
  minimumOverCritics,
  stateActionRows,
  valuesOfActions,
} from "./critic.js";
export {
  type DeterministicPolicy,
  type DeterministicShape,
  deterministicPolicy,
  noisyActions,
} from "./deterministic.js";
export {
  type DiscreteCriticShape,
  declareDiscreteCritics,
  greedyActions,
  greedyPolicy,
  isAction,
  valuesOfAll,
  valuesWhere,
} from "./discrete.js";
export {
  type Encoder,
  type EncoderShape,
  lentEncoder,
  type Picture,
  pictureEncoder,
  plainEncoder,
  separateEncoders,
} from "./encoder.js";
export { declareEnsemble, type Ensemble, type EnsembleShape, type Networks } from "./ensemble.js";
export {
  type GaussianPolicy,
  type GaussianShape,
  gaussianPolicy,
  type NormalDistribution,
  normalActions,
  normalLogProbability,
} from "./gaussian.js";
export { orthogonal } from "./initialisation.js";
export { type MlpOptions, mlp, mlpParameters } from "./mlp.js";
export { declareParameters, declareScalar, member, type ParameterDefinition, type Parameters } from "./parameters.js";
export { networksOf, type Policy, readWith } from "./policy.js";
export { randomShift } from "./random-shift.js";
export {
  type Distribution,
  logProbability,
  normalLogDensity,
  type PolicyShape,
  type Sample,
  sample,
  type TanhGaussianPolicy,
  tanhGaussianPolicy,
} from "./tanh-gaussian.js";
export { type ValueNetwork, valueNetwork } from "./value.js";
