/**
 * One run of the scripted expert, and when it completed what: for its test and the table of `npm run kitchen-experts`.
 */
import { ArmControl } from "./arm-control.js";
import { type Element, isComplete } from "./elements.js";
import { KitchenExpert } from "./expert.js";
import { type KitchenEnvironment, makeKitchen } from "./kitchen.js";

export interface Trial {
  /** The step after which each element was complete for the first time, for those that were. */
  readonly counted: ReadonlyMap<Element, number>;
  readonly retries: number;
}

/** What disturbs a run, before the action of a step (from 0) is carried out; it may change the action. */
export type Disturbance = (environment: KitchenEnvironment, action: Float32Array, step: number) => void;

/** Has the expert do these elements, in this order, within `limit` steps; ends when all have been complete. */
export function tryExpert(elements: readonly Element[], seed: number, limit: number, disturb?: Disturbance): Trial {
  const environment = makeKitchen("kitchen-mixed", { horizon: limit });
  const control = new ArmControl(environment.physics);
  const expert = new KitchenExpert(control);
  const counted = new Map<Element, number>();
  try {
    environment.reset({ seed });
    expert.begin(elements);
    for (let step = 0; step < limit && counted.size < elements.length; step++) {
      const action = expert.act();
      disturb?.(environment, action, step);
      environment.step(action);
      for (const element of elements)
        if (!counted.has(element) && isComplete(element, environment.physics.qpos)) counted.set(element, step + 1);
    }
    return { counted, retries: expert.retries };
  } finally {
    control.close();
    environment.close();
  }
}
