/**
 * A compiled program with state: one ONNX graph that maps (state, inputs) to (next state, outputs, metrics). The state
 * lives in two sets of preallocated buffers; a run reads one set, writes the other, and then they swap. Nothing is
 * allocated per run, and until the swap the state before the run is intact: `run` and `commit` are separate so that a
 * caller can refuse a result (a non-finite loss) and keep the last good state.
 */
import { type GraphDefinition, lowerToOnnx } from "./lower.js";
import { encodeOnnxModel } from "./onnx-model.js";
import { concat, matrixOf, reshape } from "./operations.js";
import {
  createSession,
  floatTensor,
  type InferenceSession,
  type RuntimeOptions,
  type RuntimeTensor,
  runInto,
  runtimeTensor,
} from "./runtime.js";
import { type OperationOf, type Shape, ShapeError, sizeOf, type Tensor, topologicalOrder } from "./tensor.js";

/** One tensor that the program keeps: the expression that stands for it, its first value, and what replaces it. */
export interface StateDefinition {
  readonly current: Tensor;
  readonly initial: Float32Array;
  readonly next: Tensor;
}

export interface ProgramDefinition {
  readonly name: string;
  readonly states?: readonly StateDefinition[];
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** Scalars; they come back together in one vector. */
  readonly metrics?: Readonly<Record<string, Tensor>>;
  /** Scalars that are checked but not logged; they share the metrics output because a separate one is slower. */
  readonly checks?: Readonly<Record<string, Tensor>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The numbers of an input, of its own element type. */
export type InputValues = Float32Array | Uint8Array | Int32Array;

type Buffers = Record<string, RuntimeTensor>;
const METRICS = "metrics";

export class Program {
  /** The values of each input, to be filled before a run, row-major. */
  readonly inputs: Readonly<Record<string, InputValues>>;
  /** The values of each output after a run. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
  readonly metricNames: readonly string[];
  /** The scalars of the last run, in the order of `metricNames`. */
  readonly metrics: Float32Array;
  readonly checkNames: readonly string[];
  /** The checks of the last run, in the order of `checkNames`. */
  readonly checks: Float32Array;
  /** Seconds spent inside ONNX Runtime so far. */
  secondsInRuntime = 0;
  private readonly feeds: [Buffers, Buffers];
  private readonly fetches: [Buffers, Buffers];
  private current: 0 | 1 = 0;

  constructor(
    private readonly session: InferenceSession,
    readonly stateNames: readonly string[],
    definition: ProgramDefinition,
    inputs: readonly Tensor[],
    /** Floating-point operations of all matrix products and convolutions of a run. */
    readonly denseOperations: number,
  ) {
    const inputBuffers = Object.fromEntries(inputs.map((tensor) => [nameOf(tensor), zeroInput(tensor)]));
    const outputBuffers = Object.fromEntries(Object.entries(graphOutputs(definition)).map(([k, v]) => [k, zeros(v)]));
    const states = definition.states ?? [];
    const first = Object.fromEntries(states.map((s) => [nameOf(s.current), copyOf(s.initial, s.current)]));
    const second = Object.fromEntries(states.map((s) => [nameOf(s.current), zeros(s.current)]));
    this.feeds = [
      { ...inputBuffers, ...first },
      { ...inputBuffers, ...second },
    ];
    this.fetches = [
      { ...outputBuffers, ...asNext(second) },
      { ...outputBuffers, ...asNext(first) },
    ];
    this.inputs = valuesOf<InputValues>(inputBuffers);
    this.outputs = valuesOf<Float32Array>(outputBuffers);
    this.metricNames = Object.keys(definition.metrics ?? {});
    this.checkNames = Object.keys(definition.checks ?? {});
    const scalars = this.outputs[METRICS] ?? new Float32Array(0);
    this.metrics = scalars.subarray(0, this.metricNames.length);
    this.checks = scalars.subarray(this.metricNames.length);
  }

  /** Runs the graph on the current state and the inputs; outputs and metrics are new, the state is not yet. */
  async run(): Promise<void> {
    const start = performance.now();
    await runInto(this.session, this.feeds[this.current], this.fetches[this.current]);
    this.secondsInRuntime += (performance.now() - start) / 1000;
  }

  /** Makes the state that the last run computed the current one. */
  commit(): void {
    this.current = this.current === 0 ? 1 : 0;
  }

  /** The current values of a state tensor (not a copy). */
  state(name: string): Float32Array {
    return this.stateTensor(name).data as Float32Array;
  }

  /** What the last run computed for a state tensor, before `commit`. */
  computedState(name: string): Float32Array {
    return this.fetches[this.current][nextName(name)]!.data as Float32Array;
  }

  /** The current buffer of a state tensor, to be fed to another session. */
  stateTensor(name: string): RuntimeTensor {
    const tensor = this.feeds[this.current][name];
    if (!tensor) throw new Error(`The program has no state "${name}"; it has ${this.stateNames.join(", ")}.`);
    return tensor;
  }

  /** Frees the compiled graph. */
  async release(): Promise<void> {
    await this.session.release();
  }
}

/**
 * Compiles a program. Inputs and states are found in the expressions.
 * @throws ShapeError if a state's next value has another shape than the state
 */
export async function compile(definition: ProgramDefinition, options: RuntimeOptions = {}): Promise<Program> {
  const { graph, inputs } = programGraph(definition);
  const session = await createSession(encodeOnnxModel(lowerToOnnx(graph)), options);
  const stateNames = (definition.states ?? []).map((state) => nameOf(state.current));
  return new Program(session, stateNames, definition, inputs, denseOperations(Object.values(graph.outputs)));
}

/** The graph of a program (for writing it to a file) and the inputs that it needs. */
export function programGraph(definition: ProgramDefinition): { graph: GraphDefinition; inputs: readonly Tensor[] } {
  const states = definition.states ?? [];
  for (const { current, initial, next } of states) {
    if (sizeOf(current.shape) !== initial.length || String(current.shape) !== String(next.shape)) {
      throw new ShapeError("state", [current, next], `the first value has ${initial.length} numbers; all must agree`);
    }
  }
  const nexts = Object.fromEntries(states.map((s) => [nextName(nameOf(s.current)), s.next]));
  const outputs = { ...nexts, ...graphOutputs(definition) };
  const kept = new Set(states.map((s) => nameOf(s.current)));
  const graph = { name: definition.name, outputs, metadata: definition.metadata ?? {} };
  return { graph, inputs: freeInputs(Object.values(outputs), kept) };
}

/**
 * 2·m·n·k for every product [m, k]·[k, n], and that for each of a batch of them; of a convolution, and of each of its
 * gradients, 2 for every number under the kernel wherever it stands.
 */
function denseOperations(results: readonly Tensor[]): number {
  return topologicalOrder(results).reduce((total, tensor) => total + 2 * multiplications(tensor), 0);
}

function multiplications({ operation, inputs, shape }: Tensor): number {
  const underKernel = (kernel: Shape) => sizeOf(kernel.slice(1));
  if (operation.kind === "matmul") return sizeOf(shape) * matrixOf(inputs[0]!.shape, operation.transposeA)[1];
  if (operation.kind === "conv2d") return sizeOf(shape) * underKernel(inputs[1]!.shape);
  if (operation.kind === "conv2dToInput") return sizeOf(inputs[0]!.shape) * underKernel(inputs[1]!.shape);
  return operation.kind === "conv2dToKernel" ? sizeOf(inputs[1]!.shape) * underKernel(shape) : 0;
}

/** Inputs, and states of other programs, that the expressions read. */
function freeInputs(results: readonly Tensor[], kept: ReadonlySet<string>): Tensor[] {
  const found = new Map<string, Tensor>();
  for (const tensor of topologicalOrder(results)) {
    const { kind } = tensor.operation;
    if ((kind === "input" || kind === "state") && !kept.has(nameOf(tensor))) found.set(nameOf(tensor), tensor);
  }
  return [...found.values()];
}

function graphOutputs({ outputs = {}, metrics = {}, checks = {} }: ProgramDefinition): Record<string, Tensor> {
  const scalars = [...Object.values(metrics), ...Object.values(checks)].map((scalar) => reshape(scalar, [1]));
  return scalars.length > 0 ? { ...outputs, [METRICS]: concat(scalars, 0) } : { ...outputs };
}

function nameOf(tensor: Tensor): string {
  return (tensor.operation as OperationOf<"input" | "state">).name;
}

function nextName(state: string): string {
  return `${state}/next`;
}

function asNext(buffers: Buffers): Buffers {
  return Object.fromEntries(Object.entries(buffers).map(([name, tensor]) => [nextName(name), tensor]));
}

function zeros(tensor: Tensor): RuntimeTensor {
  return floatTensor(new Float32Array(sizeOf(tensor.shape)), tensor.shape);
}

function zeroInput(tensor: Tensor): RuntimeTensor {
  const size = sizeOf(tensor.shape);
  if (tensor.elementType === "uint8") return runtimeTensor(new Uint8Array(size), tensor.shape);
  return tensor.elementType === "int32" ? runtimeTensor(new Int32Array(size), tensor.shape) : zeros(tensor);
}

function copyOf(values: Float32Array, tensor: Tensor): RuntimeTensor {
  return floatTensor(values.slice(), tensor.shape);
}

function valuesOf<Values extends InputValues>(buffers: Buffers): Record<string, Values> {
  return Object.fromEntries(Object.entries(buffers).map(([name, tensor]) => [name, tensor.data as Values]));
}
