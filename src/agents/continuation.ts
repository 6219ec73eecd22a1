/**
 * Can one agent continue where another stops? They share the networks of the same name; those must have the same
 * shape, and their policies must be interpreted in the same way. Checked before a long training run, not halfway
 * through it.
 */
import { UsageError } from "../errors.js";
import type { OperationOf } from "../tensor/tensor.js";
import type { DeclaredAgent } from "./definition.js";

interface Side {
  readonly name: string;
  readonly declared: DeclaredAgent;
}

/** @throws UsageError naming what differs: the kinds of their policies, or the sizes of a network of both */
export function refuseMisfit(before: Side, after: Side): void {
  const cannot = `${before.name} cannot continue as ${after.name}`;
  const [own, other] = [before.declared.policy.kind, after.declared.policy.kind];
  if (own !== other)
    throw new UsageError(`${cannot}: it has ${own} policy, ${after.name} ${other} one; take agents of one kind.`);
  const sizes = stateSizes(before.declared);
  for (const [state, size] of stateSizes(after.declared)) {
    const had = sizes.get(state);
    if (had === undefined || had === size) continue;
    throw new UsageError(
      `${cannot}: "${state}" has ${had} numbers where the settings of ${after.name} ask for ${size}; give both the ` +
        "same hidden sizes, number of critics and encoder (sharedEncoder, too).",
    );
  }
}

function stateSizes({ program }: DeclaredAgent): ReadonlyMap<string, number> {
  const named = (program.states ?? []).map(({ current, initial }) => {
    const { name } = current.operation as OperationOf<"state">;
    return [name, initial.length] as const;
  });
  return new Map(named);
}
