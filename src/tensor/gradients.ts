/**
 * Reverse-mode differentiation: from a scalar loss back to the tensors it is learned by. Only paths that lead to a
 * requested tensor are followed, so every loss is differentiated with respect to its own parameters and no others.
 */
import { accumulate, blocksGradients, gradientRules, zerosLike } from "./gradient-rules.js";
import { constant } from "./operations.js";
import {
  type OperationKind,
  type OperationOf,
  ShapeError,
  scope,
  sizeOf,
  type Tensor,
  topologicalOrder,
} from "./tensor.js";

/**
 * The gradients of a scalar `loss` with respect to each tensor of `parameters`, in their order and shapes.
 * A parameter that the loss does not depend on gets zeros.
 * @throws ShapeError if the loss is not a scalar
 */
export function gradients(loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  if (sizeOf(loss.shape) !== 1)
    throw new ShapeError("gradients", [loss], "a loss must be a scalar; take a sum or mean");
  return scope(`gradient/${loss.label}`, () => backward(loss, parameters));
}

function backward(loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  const order = topologicalOrder([loss]);
  const needed = dependents(order, new Set(parameters));
  const found = new Map<Tensor, Tensor>([[loss, constant(1, loss.shape)]]);
  for (const tensor of order.reverse()) {
    const gradient = found.get(tensor);
    if (!gradient || !needed.has(tensor) || !tensor.inputs.some((x) => needed.has(x))) continue;
    const contributions = applyRule(tensor.operation, gradient, tensor);
    tensor.inputs.forEach((x, i) => {
      const contribution = contributions[i];
      if (contribution && needed.has(x)) found.set(x, accumulate(found.get(x), contribution));
    });
  }
  return parameters.map((parameter) => found.get(parameter) ?? zerosLike(parameter));
}

/** The tensors whose value depends on one of the parameters through operations that pass gradients. */
function dependents(order: readonly Tensor[], parameters: ReadonlySet<Tensor>): Set<Tensor> {
  const reached = new Set<Tensor>();
  for (const tensor of order) {
    const passes = !blocksGradients(tensor.operation.kind) && tensor.inputs.some((x) => reached.has(x));
    if (passes || parameters.has(tensor)) reached.add(tensor);
  }
  return reached;
}

function applyRule<K extends OperationKind>(operation: OperationOf<K>, gradient: Tensor, tensor: Tensor) {
  const rule = gradientRules[operation.kind as K];
  return rule(gradient, tensor.inputs as readonly [Tensor, Tensor, Tensor], tensor, operation);
}
