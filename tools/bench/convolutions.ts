/**
 * `npm run bench-convolutions`: the ways to lower a convolution's gradients, timed beside its forward pass for the layers of
 * the encoders. It chose how src/tensor/lowering-rules.ts does it. Seconds of the processor are counted, not of the clock:
 * on one thread they tell the work, whatever else the machine does.
 */
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import {
  encodeOnnxModel,
  type OnnxAttribute,
  type OnnxInitializer,
  type OnnxNode,
} from "../../src/tensor/onnx-model.js";
import { createSession, floatTensor } from "../../src/tensor/runtime.js";

/** Channels and side of the pictures, outputs, stride; kernels are 3 x 3 with a padding of 1. */
type Layer = readonly [channels: number, side: number, outputs: number, stride: number];
const LAYERS: readonly Layer[] = [
  [3, 48, 16, 2],
  [16, 24, 32, 2],
  [32, 12, 32, 2],
  [3, 48, 16, 1],
  [16, 24, 16, 1],
  [16, 12, 16, 1],
];
const RUNS = 15;

export const benchConvolutionsCommand = new Command("bench-convolutions")
  .description("time the ways to lower the gradients of convolutions, on one thread")
  .option("--batch <number>", "pictures of a batch", "128")
  .action(async (flags: { readonly batch: string }) => {
    const batch = numberOf(flags.batch, "--batch", { whole: true, least: 1, most: 4096 })!;
    const rows: string[][] = [["layer", "forward", ...Object.keys(WAYS), "(ms of a processor)"]];
    for (const layer of LAYERS) {
      const [channels, side, outputs, stride] = layer;
      const times = [await timed(forward, layer, batch)];
      for (const way of Object.values(WAYS)) times.push(await timed(way, layer, batch));
      const name = `${channels}x${side} -> ${outputs}, stride ${stride}`;
      rows.push([name, ...times.map((time) => time.toFixed(2)), ""]);
    }
    process.stdout.write(textTable(rows));
  });

/** A graph under construction, by the names of its values. */
class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];

  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, readonly number[]>> = {},
  ): string {
    const name = `v${this.nodes.length}`;
    const entries = Object.entries(attributes).map(([key, ints]): [string, OnnxAttribute] => [key, { ints }]);
    this.nodes.push({ operator, name, inputs, outputs: [name], attributes: Object.fromEntries(entries) });
    return name;
  }

  /** The same with one whole number. */
  nodeWith(operator: string, inputs: readonly string[], key: string, int: number): string {
    const name = this.node(operator, inputs);
    this.nodes.push({ ...this.nodes.pop()!, attributes: { [key]: { int } } });
    return name;
  }

  integers(...values: readonly number[]): string {
    const name = `i${this.initializers.length}`;
    this.initializers.push({ name, shape: [values.length], values: BigInt64Array.from(values, BigInt) });
    return name;
  }
}

interface Sizes {
  readonly batch: number;
  readonly channels: number;
  readonly side: number;
  readonly outputs: number;
  readonly stride: number;
  /** Places of the kernel along a side. */
  readonly places: number;
}

/** Adds a way to compute something from pictures "x", gradients "g" and a kernel "k", and names the result. */
type Way = (graph: Graph, sizes: Sizes) => string;

const SWAP = { perm: [1, 0, 2, 3] };
const walking = (stride: number) => ({ strides: [stride, stride], pads: [1, 1, 1, 1] });

const forward: Way = (graph, { stride }) => graph.node("Conv", ["x", "k"], walking(stride));

const WAYS: Readonly<Record<string, Way>> = {
  "kernel: Conv, dilated": (graph, { side, stride, places }) => {
    const end = (places - 1) * stride + 2 - side;
    const swapped = graph.node("Transpose", ["x"], SWAP);
    const reach = side + Math.min(0, end);
    const seen = graph.node("Slice", [
      swapped,
      graph.integers(0, 0),
      graph.integers(reach, reach),
      graph.integers(2, 3),
    ]);
    const pads = [1, 1, Math.max(0, end), Math.max(0, end)];
    return graph.node("Conv", [seen, graph.node("Transpose", ["g"], SWAP)], { dilations: [stride, stride], pads });
  },
  "kernel: slices, one product": (graph, sizes) => {
    const { batch, channels, outputs, places } = sizes;
    const windows = windowsOf(graph, graph.node("Transpose", ["x"], SWAP), sizes, 0);
    const columns = graph.node("Reshape", [windows, graph.integers(9 * channels, batch * places ** 2)]);
    const swapped = graph.node("Transpose", ["g"], SWAP);
    const rows = graph.node("Reshape", [swapped, graph.integers(outputs, batch * places ** 2)]);
    return graph.nodeWith("Gemm", [rows, columns], "transB", 1);
  },
  "kernel: slices, a product a picture": (graph, sizes) => {
    const { batch, channels, outputs, places } = sizes;
    const windows = windowsOf(graph, "x", sizes, 1);
    const columns = graph.node("Reshape", [windows, graph.integers(batch, 9 * channels, places ** 2)]);
    const rows = graph.node("Reshape", ["g", graph.integers(batch, outputs, places ** 2)]);
    const products = graph.node("MatMul", [rows, graph.node("Transpose", [columns], { perm: [0, 2, 1] })]);
    return graph.nodeWith("ReduceSum", [products, graph.integers(0)], "keepdims", 0);
  },
  "pictures: ConvTranspose": (graph, { side, stride, places }) => {
    const missed = side - ((places - 1) * stride + 1);
    return graph.node("ConvTranspose", ["g", "k"], { ...walking(stride), output_padding: [missed, missed] });
  },
};

/** What lies under each of the nine places of the kernel, joined along an axis. */
function windowsOf(graph: Graph, x: string, { stride, places }: Sizes, axis: number): string {
  const padded = graph.node("Pad", [x, graph.integers(0, 0, 1, 1, 0, 0, 1, 1)]);
  const reach = (places - 1) * stride + 1;
  const window = (_: unknown, i: number) => {
    const [u, v] = [Math.floor(i / 3), i % 3];
    const bounds = [graph.integers(u, v), graph.integers(u + reach, v + reach), graph.integers(2, 3)];
    return graph.node("Slice", [padded, ...bounds, graph.integers(stride, stride)]);
  };
  return graph.nodeWith("Concat", Array.from({ length: 9 }, window), "axis", axis);
}

/** Milliseconds of a processor, the least of some runs. */
async function timed(way: Way, [channels, side, outputs, stride]: Layer, batch: number): Promise<number> {
  const places = Math.floor((side - 1) / stride) + 1;
  const graph = new Graph();
  const result = way(graph, { batch, channels, side, outputs, stride, places });
  const shapes = {
    x: [batch, channels, side, side],
    g: [batch, outputs, places, places],
    k: [outputs, channels, 3, 3],
  };
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const given = Object.entries(shapes).filter(([name]) => read.has(name));
  const inputs = given.map(([name, shape]) => ({ name, elementType: "float32" as const, shape }));
  const { nodes, initializers } = graph;
  const texts = { name: "convolution", documentation: "", metadata: {} };
  // Of another rank for each way: the runtime finds it out.
  const outputValue = { name: result, elementType: "float32" as const, shape: [] };
  const model = { ...texts, nodes, initializers, inputs, outputs: [outputValue] };
  const session = await createSession(encodeOnnxModel(model), { threads: 1 });
  const numbers = (shape: readonly number[]) =>
    Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
  const feeds = Object.fromEntries(given.map(([name, shape]) => [name, floatTensor(numbers(shape), shape)]));
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    await session.run(feeds);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  await session.release();
  return least;
}
