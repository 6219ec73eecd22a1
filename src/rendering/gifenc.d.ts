/** The part of gifenc 1.0.3, which brings no types, that gif.ts uses. */
declare module "gifenc" {
  type Palette = number[][];

  interface FrameOptions {
    /** Needed by the first frame, for all. */
    readonly palette?: Palette;
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** Milliseconds. */
    readonly delay?: number;
    /** 0 forever. */
    readonly repeat?: number;
    /** 1 leaves the frame where the next one is transparent. */
    readonly dispose?: number;
  }

  interface Encoder {
    writeFrame(indices: Uint8Array, width: number, height: number, options?: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  export interface Gifenc {
    GIFEncoder(): Encoder;
    /** At most `colours` colours for pixels of four bytes each. */
    quantize(rgba: Uint8Array, colours: number): Palette;
    /** The index of the nearest colour of the palette for each pixel. */
    applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
  }

  /** In Node all of it (a CommonJS module); to bundlers, who see an ES module with names, the encoder alone. */
  const everything: Gifenc;
  export default everything;
}
