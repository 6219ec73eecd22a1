/**
 * The learnable numbers of a network. All of them live in ONE flat state tensor, so that an optimiser step is a dozen
 * operations over one vector instead of a dozen per layer (measured: 30 % of a small update). Each member is a named
 * slice of it ("critics/layer0/kernel"); gradients are taken with respect to the members and joined again.
 */
import { gradients } from "../tensor/gradients.js";
import { concat, reshape, slice, state, weight } from "../tensor/operations.js";
import { named, type Shape, sizeOf, type Tensor } from "../tensor/tensor.js";

/** One named array of a network, before it is part of a state. */
export interface ParameterDefinition {
  readonly name: string;
  readonly shape: Shape;
  readonly initial: Float32Array;
}

/** Named arrays of a network, laid out one after the other in one state tensor. */
export interface Parameters {
  readonly name: string;
  /** The flat state tensor [size]. */
  readonly flat: Tensor;
  readonly initial: Float32Array;
  readonly definitions: readonly ParameterDefinition[];
  /** The members as tensors of their own shapes, by name. */
  readonly members: ReadonlyMap<string, Tensor>;
}

/** Lays the definitions out one after the other in a state tensor of the given name. */
export function declareParameters(name: string, definitions: readonly ParameterDefinition[]): Parameters {
  const size = definitions.reduce((total, definition) => total + sizeOf(definition.shape), 0);
  const flat = state(name, [size]);
  const initial = new Float32Array(size);
  let offset = 0;
  for (const definition of definitions) {
    initial.set(definition.initial, offset);
    offset += sizeOf(definition.shape);
  }
  return { name, flat, initial, definitions, members: membersOf(flat, definitions) };
}

/** The same network with the numbers of another vector: itself after a step of the optimiser. */
export function withNumbers(parameters: Parameters, flat: Tensor): Parameters {
  return { ...parameters, flat, members: membersOf(flat, parameters.definitions) };
}

function membersOf(flat: Tensor, definitions: readonly ParameterDefinition[]): ReadonlyMap<string, Tensor> {
  const members = new Map<string, Tensor>();
  let offset = 0;
  for (const { name, shape } of definitions) {
    const end = offset + sizeOf(shape);
    members.set(name, named(name, reshape(named(`${name}/flat`, slice(flat, 0, offset, end)), shape)));
    offset = end;
  }
  return members;
}

/** The members of several networks in one map. */
export function allMembers(networks: readonly Parameters[]): Parameters["members"] {
  if (networks.length === 1) return networks[0]!.members;
  return new Map(networks.flatMap(({ members }) => [...members]));
}

/** A trainable scalar: a state tensor of one number that starts at `initial`. */
export function declareScalar(name: string, initial: number): Parameters {
  return declareParameters(name, [{ name: `${name}/value`, shape: [], initial: Float32Array.of(initial) }]);
}

/** The member of that name. */
export function member({ members }: Pick<Parameters, "members">, name: string): Tensor {
  const tensor = members.get(name);
  if (!tensor) throw new Error(`There is no parameter "${name}" among ${[...members.keys()].join(", ")}.`);
  return tensor;
}

/** The gradient of a scalar loss with respect to all members, as one flat vector. */
export function gradientVector(loss: Tensor, parameters: Parameters): Tensor {
  const parts = gradients(loss, [...parameters.members.values()]);
  return concat(
    parts.map((part) => reshape(part, [sizeOf(part.shape)])),
    0,
  );
}

/**
 * The members of networks as fixed, named weights, for a network that is exported.
 * @param values the flat vector of a network, by its name
 */
export function frozenMembers(
  networks: readonly Parameters[],
  values: (name: string) => Float32Array,
): ReadonlyMap<string, Tensor> {
  const frozen = networks.flatMap((parameters) =>
    parameters.definitions.map(({ name, shape }) => {
      return [name, weight(name, values(parameters.name).slice(...memberRange(parameters, name)), shape)] as const;
    }),
  );
  return new Map(frozen);
}

/** Where a member stands in the flat vector: first index and one past the last. */
export function memberRange(parameters: Parameters, name: string): readonly [number, number] {
  let offset = 0;
  for (const definition of parameters.definitions) {
    const end = offset + sizeOf(definition.shape);
    if (definition.name === name) return [offset, end];
    offset = end;
  }
  throw new Error(`"${parameters.name}" has no member "${name}".`);
}
