/**
 * Walking a batch in blocks of rows. A loss that is a mean over states can be computed block by block: the activations
 * of a block stay in the processor's cache from its forward to its backward pass, which for tall batches (256 states
 * with 31 actions each) saves more time than the extra operations cost. The result is the same mean.
 */
import { concat, slice } from "../tensor/operations.js";
import { scope, type Tensor } from "../tensor/tensor.js";

/** Takes a block's rows out of a tensor whose dimension `axis` (the first, if none is given) is the whole batch. */
export type TakeRows = (x: Tensor, axis?: number) => Tensor;

/**
 * Computes results in blocks of at most `rowsPerBlock` rows, as equal as they can be, and joins them along `axis`, the
 * dimension of the results that counts the rows of the batch.
 * @param compute gets `take`, with which it cuts each tensor of the whole batch down to its block
 */
export function inRowBlocks<Name extends string>(
  batchSize: number,
  rowsPerBlock: number,
  compute: (take: TakeRows) => Readonly<Record<Name, Tensor>>,
  axis = 0,
): Record<Name, Tensor> {
  const blocks: Readonly<Record<Name, Tensor>>[] = [];
  const rows = Math.ceil(batchSize / Math.ceil(batchSize / rowsPerBlock));
  for (let start = 0; start < batchSize; start += rows) {
    const end = Math.min(start + rows, batchSize);
    blocks.push(scope(`rows${start}`, () => compute((x, along = 0) => slice(x, along, start, end))));
  }
  const names = Object.keys(blocks[0]!) as Name[];
  const joined = names.map((name) => [name, joinBlocks(blocks, name, axis)] as const);
  return Object.fromEntries(joined) as Record<Name, Tensor>;
}

function joinBlocks<Name extends string>(blocks: readonly Readonly<Record<Name, Tensor>>[], name: Name, axis: number) {
  return concat(
    blocks.map((block) => block[name]),
    axis,
  );
}
