/**
 * The source of all randomness: seeded streams of numbers, one per purpose, whose state can be saved and restored. The
 * generator is xoroshiro128+ (pure-rand); the normal distribution is drawn by the ziggurat method (Marsaglia and Tsang
 * 2000, in Doornik's 2005 form, which takes the layer and the position from different bits). Nothing here allocates
 * per draw, because a Cal-QL update consumes some hundred thousand numbers.
 */
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

const LAYERS = 128;
const TAIL_START = 3.442619855899;
const LAYER_AREA = 9.91256303526217e-3;
const { edges, ratios } = zigguratTables();

/** The layers of the ziggurat: their right edges, and the share of each that lies wholly under the curve. */
function zigguratTables(): { edges: Float64Array; ratios: Float64Array } {
  const edges = new Float64Array(LAYERS + 1);
  const ratios = new Float64Array(LAYERS);
  let height = Math.exp(-0.5 * TAIL_START * TAIL_START);
  edges[0] = LAYER_AREA / height;
  edges[1] = TAIL_START;
  for (let i = 2; i < LAYERS; i++) {
    edges[i] = Math.sqrt(-2 * Math.log(LAYER_AREA / edges[i - 1]! + height));
    height = Math.exp(-0.5 * edges[i]! * edges[i]!);
  }
  for (let i = 0; i < LAYERS; i++) ratios[i] = edges[i + 1]! / edges[i]!;
  return { edges, ratios };
}

/** A stable 32-bit number for a word (FNV-1a), so that each purpose gets a stream of its own from one seed. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** Spreads the bits of a 32-bit number (the finaliser of MurmurHash3), so that neighbouring seeds do not correlate. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** One seeded stream of random numbers. */
export class RandomStream {
  private generator;

  /** @param seed any integer; @param purpose a word that separates this stream from others of the same seed. */
  constructor(seed: number, purpose = "") {
    const high = Math.floor(seed / 2 ** 32);
    const first = mix(mix(seed) + hashOf(purpose));
    this.generator = xoroshiro128plusFromState([first, mix(first + high + 1), mix(first + 0x9e3779b9), mix(~seed)]);
    for (let i = 0; i < 16; i++) this.generator.next();
  }

  /** A number uniform in [0, 1) with 32 random bits. */
  uniform(): number {
    return (this.generator.next() >>> 0) * 2 ** -32;
  }

  /** An integer uniform in 0 .. count - 1, for counts far below 2^32. */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** A number from the normal distribution with mean 0 and variance 1. */
  normal(): number {
    for (;;) {
      const bits = this.generator.next();
      const layer = bits & (LAYERS - 1);
      const position = (bits >> 8) * 2 ** -23; // in [-1, 1), from bits that do not choose the layer
      if (Math.abs(position) < ratios[layer]!) return position * edges[layer]!;
      if (layer === 0) return this.tail(position < 0);
      const x = position * edges[layer]!;
      const upper = Math.exp(-0.5 * (edges[layer]! ** 2 - x * x));
      const lower = Math.exp(-0.5 * (edges[layer + 1]! ** 2 - x * x));
      if (lower + this.uniform() * (upper - lower) < 1) return x;
    }
  }

  fillUniform(target: Float32Array, low: number, high: number): void {
    for (let i = 0; i < target.length; i++) target[i] = low + (high - low) * this.uniform();
  }

  fillNormal(target: Float32Array): void {
    for (let i = 0; i < target.length; i++) target[i] = this.normal();
  }

  /** The four words from which `restore` continues the stream. */
  state(): readonly number[] {
    return this.generator.getState();
  }

  restore(state: readonly number[]): void {
    this.generator = xoroshiro128plusFromState([...state]);
  }

  /** Beyond the last layer (Marsaglia 1964). */
  private tail(negative: boolean): number {
    for (;;) {
      const x = -Math.log(1 - this.uniform()) / TAIL_START;
      const y = -Math.log(1 - this.uniform());
      if (y + y > x * x) return negative ? -(TAIL_START + x) : TAIL_START + x;
    }
  }
}
