/** Behaviour cloning with a mixture of normal distributions (Bishop 1994): where people act in several ways, their mean is none. */
import * as t from "calql/agents";

const settings = t.agentSettings.extend({
  components: t.z.number().int().min(1).default(5).describe("Normal distributions in the mixture."),
  actorHidden: t.widths("the policy"),
  actorLearningRate: t.z.number().positive().default(3e-4).describe("Learning rate of the policy (Adam)."),
});

/** pi(a|s) = sum over k of weight_k(s)·N(a; mean_k(s), std_k(s)): one perceptron gives all three. */
function mixturePolicy({ settings: { components, actorHidden }, sizes: { observationSize, actionSize }, random }) {
  const layers = [observationSize, ...actorHidden, components * (2 * actionSize + 1)];
  const parameters = t.declareParameters("actor", t.mlpParameters("actor", layers, random));
  const mixture = (observations, members = parameters.members) => {
    const head = t.mlp({ members }, "actor", layers.length - 1, observations); // [batch, components·(2·action + 1)]
    const part = (i) => t.slice(head, 1, i * actionSize, (i + 1) * actionSize);
    return {
      logits: t.slice(head, 1, 2 * components * actionSize, components * (2 * actionSize + 1)), // [batch, components]
      normals: Array.from({ length: components }, (_, k) => ({
        mean: t.tanh(part(2 * k)), // [batch, action]
        logStd: t.clip(part(2 * k + 1), -5, 1),
      })),
    };
  };
  /** Gumbel noise on the logits draws a component; without noise it is the likeliest, and the action is its mean. */
  const act = (observations, noise, members) => {
    const { logits, normals } = mixture(observations, members);
    const [choosing, moving] = [t.slice(noise, 1, 0, components), t.slice(noise, 1, components, components + actionSize)];
    // x -> log(p/(1 - p)) of the share p of normal numbers below x (Bowling et al. 2009).
    const logit = t.add(t.mul(choosing, 1.5976), t.mul(t.mul(choosing, t.square(choosing)), 0.07056));
    const gumbel = t.neg(t.log(t.softplus(t.neg(logit))));
    const chosen = t.where(t.isAction(t.toFloat(t.argMax(t.add(logits, gumbel), 1)), components), 1, 0);
    const actions = normals.map((normal) => t.normalActions(normal, moving));
    return actions.map((x, k) => t.mul(t.slice(chosen, 1, k, k + 1), x)).reduce((sum, x) => t.add(sum, x));
  };
  return {
    ...{ kind: "a Gaussian-mixture", parameters, mixture, act, noiseSize: components + actionSize },
    outputs: (observations, members) => ({ actions: act(observations, noNoise(components + actionSize), members) }),
    documentation: "observations [batch, observation] -> actions in [-1, 1]: the mean of the likeliest component",
  };
}

const noNoise = (size) => t.constant(new Float32Array(size), [1, size]);

t.registerAgent("mixture-bc", {
  summary: "Behaviour cloning with a mixture of normal distributions",
  source: "Bishop 1994, Mixture density networks, equation 22",
  formula: "-mean(logsumexp over k of (log weight_k(s) + log N(a; mean_k(s), std_k(s))))",
  settings,
  build(context) {
    const policy = mixturePolicy(context);
    const update = new t.Update(t.adamSettings(context.settings));
    const { logits, normals } = policy.mixture(context.batch.observations);
    const joint = normals.map((normal, k) => {
      const density = t.normalLogProbability(normal, context.batch.actions); // [batch]
      return t.add(t.slice(logits, 1, k, k + 1), t.reshape(density, [context.settings.batchSize, 1]));
    });
    const logLikelihood = t.sub(t.logSumExp(t.concat(joint, 1), 1), t.logSumExp(logits, 1));
    const loss = t.neg(t.mean(logLikelihood));
    const objective = { parameters: policy.parameters, loss, learningRate: context.settings.actorLearningRate };
    update.learn({ objectives: [objective], metrics: { actorLoss: loss } });
    return { policy, update };
  },
});
