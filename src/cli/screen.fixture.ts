/** For tests: a terminal, or a pipe, that keeps what is written to it. */
import { Writable } from "node:stream";

export class Screen extends Writable {
  text = "";
  columns = 300;
  rows = 40;

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: unknown, _: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }

  // A terminal's own; the bar draws over itself with them.
  cursorTo(): boolean {
    return true;
  }
  clearLine(): boolean {
    return true;
  }
  moveCursor(): boolean {
    return true;
  }
}
