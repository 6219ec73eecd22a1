/** Behaviour cloning with a mixture of Gaussians (Bishop 1994): where the data act in two ways, their mean is neither. */
import * as t from "calql/agents";

const settings = t.agentSettings.extend({
  components: t.z.number().int().min(1).default(5).describe("Gaussians in the mixture."),
  actorHidden: t.widths("the policy"),
  actorLearningRate: t.z.number().positive().default(3e-4).describe("Learning rate of the policy (Adam)."),
});

/** pi(a|s) = sum over k of weight_k(s)·N(a; mean_k(s), std_k(s)): one perceptron gives all three. */
function mixturePolicy({ settings: { components, actorHidden }, sizes: { observationSize, actionSize }, random }) {
  const layers = [observationSize, ...actorHidden, components * (2 * actionSize + 1)];
  const parameters = t.declareParameters("actor", t.mlpParameters("actor", layers, random));
  const mixture = (observations, members = parameters.members) => {
    const head = t.mlp({ members }, "actor", layers.length - 1, observations); // [batch, components·(2·action + 1)]
    const part = (i) => t.slice(head, 1, i * actionSize, (i + 1) * actionSize); // [batch, action]
    // The means begin apart: Gaussians that begin alike learn alike.
    const mean = (k) => t.tanh(t.add(part(2 * k), components > 1 ? (2 * k) / (components - 1) - 1 : 0));
    const gaussian = (_, k) => ({ mean: mean(k), logStd: t.clip(part(2 * k + 1), -5, 1) });
    const logits = t.slice(head, 1, 2 * components * actionSize, layers.at(-1)); // [batch, components]
    return { logits, gaussians: Array.from({ length: components }, gaussian) };
  };
  const noiseSize = components + actionSize;
  const act = (observations, noise, members) => {
    const { logits, gaussians } = mixture(observations, members);
    // Gumbel noise on the logits draws a component; with noise 0 it is the same for all, and the likeliest is chosen.
    const x = t.slice(noise, 1, 0, components);
    const logOdds = t.add(t.mul(x, 1.5976), t.mul(t.mul(x, t.square(x)), 0.07056)); // of p = P(normal < x)
    const gumbel = t.neg(t.log(t.softplus(t.neg(logOdds)))); // -log(-log p)
    const chosen = t.isAction(t.toFloat(t.argMax(t.add(logits, gumbel), 1)), components); // [batch, components]
    const weights = t.where(chosen, 1, 0);
    const actions = gaussians.map((one) => t.normalActions(one, t.slice(noise, 1, components, noiseSize)));
    return actions.map((action, k) => t.mul(t.slice(weights, 1, k, k + 1), action)).reduce((a, b) => t.add(a, b));
  };
  const silence = t.constant(new Float32Array(noiseSize), [1, noiseSize]);
  const outputs = (observations, members) => ({ actions: act(observations, silence, members) });
  const documentation = "observations [batch, observation] -> actions: the mean of the likeliest Gaussian";
  return { kind: "a Gaussian-mixture", parameters, noiseSize, act, outputs, documentation, mixture };
}

t.registerAgent("mixture-bc", {
  summary: "Behaviour cloning with a mixture of Gaussians",
  source: "Bishop 1994, Mixture density networks, equation 22",
  formula: "-mean(logsumexp over k of (log weight_k(s) + log N(a; mean_k(s), std_k(s))))",
  settings,
  build(context) {
    const { batch, settings } = context;
    const policy = mixturePolicy(context);
    const { logits, gaussians } = policy.mixture(batch.observations);
    const column = (x) => t.reshape(x, [settings.batchSize, 1]);
    const densities = gaussians.map((one) => column(t.normalLogProbability(one, batch.actions)));
    const joint = t.logSumExp(t.add(logits, t.concat(densities, 1)), 1); // [batch]
    const loss = t.mean(t.sub(t.logSumExp(logits, 1), joint));
    const objective = { parameters: policy.parameters, loss, learningRate: settings.actorLearningRate };
    const update = new t.Update(t.adamSettings(settings));
    update.learn({ objectives: [objective], metrics: { actorLoss: loss } });
    return { policy, update };
  },
});
