/**
 * `pick-place-image`: the same task seen by a camera. The policy gets a picture of 48 x 48 pixels and four numbers of the
 * hand; where the cube is, it has to see.
 */
import { makeFrame } from "../../rendering/frame.js";
import { type BoxSpace, box, type DictSpace, dict, type Environment, pixels, type StepInfo } from "../environment.js";
import { openness, type PickPlaceEnvironment } from "./pick-place.js";

/** The edge of the picture, in pixels. */
const edge = 48;

/** What the policy sees: `state` [4] (place of the hand in metres, how far it is open, 0 to 1) and `image` [48, 48, 3]. */
export type PickPlaceView = { readonly state: Float32Array; readonly image: Uint8Array };

interface ViewedStep {
  readonly observation: PickPlaceView;
  readonly info: StepInfo;
}

/** A pick-and-place task whose observations are pictures. The picture follows from the pose alone, to the byte. */
export class PickPlaceImageEnvironment implements Environment {
  readonly observationSpace: DictSpace = dict({ state: box(4, -Infinity, Infinity), image: pixels(edge, edge) });
  readonly actionSpace: BoxSpace;
  readonly horizon: number;
  private readonly frame = makeFrame(edge, edge);

  constructor(
    readonly name: string,
    readonly task: PickPlaceEnvironment,
  ) {
    this.actionSpace = task.actionSpace;
    this.horizon = task.horizon;
  }

  reset(options?: { readonly seed?: number }): ViewedStep {
    const { info } = this.task.reset(options);
    return { observation: this.view(), info };
  }

  step(action: Float32Array) {
    const { reward, terminated, truncated, info } = this.task.step(action);
    return { observation: this.view(), reward, terminated, truncated, info };
  }

  render(frame: Parameters<PickPlaceEnvironment["render"]>[0]): void {
    this.task.render(frame);
  }

  saveState(): Float64Array {
    return this.task.saveState();
  }

  restoreState(state: Float64Array): void {
    this.task.restoreState(state);
  }

  close(): void {
    this.task.close();
  }

  private view(): PickPlaceView {
    const { task, frame } = this;
    task.renderForPolicy(frame);
    const state = Float32Array.of(...task.arm.hand, openness(task.arm.fingers));
    return { state, image: new Uint8Array(frame.pixels) };
  }
}
