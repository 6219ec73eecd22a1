/**
 * `npm run bench-frames`: what a frame costs that the policy of pick-place-image sees, rendering alone, and the physics of a
 * step beside it. Times of the clock tell what else the machine does; those of the processor what a frame takes.
 */
import { Command } from "commander";
import { numberOf } from "../../src/cli/numbers.js";
import { textTable } from "../../src/cli/text-table.js";
import { makePickPlace } from "../../src/environments/pick-place/pick-place.js";
import { RandomStream } from "../../src/random.js";
import { makeFrame } from "../../src/rendering/frame.js";

const EDGE = 48;
const WARM_UP = 40;

export const benchFramesCommand = new Command("bench-frames")
  .description("time the frames of pick-place-image, and the physics between them")
  .option("--frames <number>", "frames that are timed", "400")
  .action(async (flags: { readonly frames: string }) => {
    const frames = numberOf(flags.frames, "--frames", { whole: true, least: 1, most: 1e6 })!;
    const task = makePickPlace("pick-place-image");
    const frame = makeFrame(EDGE, EDGE);
    const random = new RandomStream(0, "bench");
    const action = new Float32Array(task.actionSpace.low.length);
    const [drawing, moving] = [new Stopwatch(), new Stopwatch()];
    for (let i = 0; i < WARM_UP + frames; i++) {
      if (i % task.horizon === 0) task.reset({ seed: i });
      random.fillUniform(action, -1, 1);
      const timed = i >= WARM_UP;
      moving.time(timed, () => task.step(action));
      drawing.time(timed, () => task.renderForPolicy(frame));
    }
    task.close();
    process.stdout.write(textTable([HEADING, drawing.row("frame of 48 x 48"), moving.row("physics of a step")]));
  });

const HEADING = ["milliseconds of", "least", "median", "most", "mean of the processor"];

/** Times of the clock, each on its own, and of the processor, all together: its counter is too coarse for one frame. */
class Stopwatch {
  private readonly times: number[] = [];
  private processor = 0;

  time(counts: boolean, work: () => void): void {
    const [begin, before] = [performance.now(), process.cpuUsage()];
    work();
    const { user, system } = process.cpuUsage(before);
    if (!counts) return;
    this.times.push(performance.now() - begin);
    this.processor += (user + system) / 1000;
  }

  row(name: string): string[] {
    const sorted = this.times.toSorted((a, b) => a - b);
    const least = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!, this.processor / sorted.length];
    return [name, ...least.map((time) => time.toFixed(2))];
  }
}
