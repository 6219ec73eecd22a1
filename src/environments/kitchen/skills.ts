/**
 * How the arm does each element of the kitchen: where it takes hold, what it does with what it holds, and when that is done.
 * Approaches are along +y. Distances and turns were found by measuring (docs/kitchen.md); the geometry is the model's.
 */
import { product, turnAbout } from "../../kinematics/quaternions.js";
import { type ArmControl, type Place, placeIn } from "./arm-control.js";
import type { Element } from "./elements.js";

const degrees = (angle: number) => (angle * Math.PI) / 180;
const [X, Y, Z] = [0, 1, 2];

/** Where the hand shall be and how it shall be turned. */
export interface Aim {
  readonly place: Place;
  readonly turn: readonly number[];
}

export interface Skill {
  /** Where the fingers take hold now, metres. */
  readonly handle: () => Place;
  /** How the hand is turned for that. */
  readonly turn: readonly number[];
  /** Along y from the handle: where the hand stops before it goes in, and how far in it goes. */
  readonly standOff: number;
  readonly depth: number;
  /** Whether the handle is a vertical bar, for which the height of the hand does not matter. */
  readonly upright: boolean;
  /** Places to pass on the way to the stand-off. */
  readonly via: readonly Place[];
  /** How far apart the fingers are when they hold it, metres. */
  readonly held: readonly [number, number];
  /** What to do next with what is held. */
  readonly act: () => Aim;
  readonly isDone: () => boolean;
  /** Where the hand is drawn back to along y, if further than usual, metres. */
  readonly backTo?: number;
}

/** A bar in the hand, metres. */
const bar = [0.022, 0.055] as const;

function shifted([x, y, z]: Place, by: Place): Place {
  return [x + by[0], y + by[1], z + by[2]];
}

/** The direction in which a thing moves that turns about an upright hinge, horizontal and of length 1. */
function alongArc(place: Place, hinge: Place, towards: readonly [number, number]): readonly [number, number] {
  const [x, y] = [hinge[1] - place[1], place[0] - hinge[0]];
  const length = Math.hypot(x, y) * Math.sign(x * towards[0] + y * towards[1]);
  return [x / length, y / length];
}

/** The skills of one arm. */
export function skillsOf(control: ArmControl): Readonly<Record<Element, Skill>> {
  const { physics, home } = control;
  const joint = (index: number) => physics.qpos[index]!;
  const turned = (...turns: readonly number[][]) =>
    turns.reduce<number[]>((so, turn) => product(turn, so), [...home.turn]);
  const siteAt = (name: string) => {
    const row = physics.site(name);
    return () => placeIn(physics.sitePositions, row);
  };
  const bodyAt = (name: string) => {
    const row = physics.body(name);
    return () => placeIn(physics.bodyPositions, row);
  };

  const straight = { turn: home.turn, standOff: -0.14, depth: 0, upright: true, via: [] as Place[], held: bar };

  function microwave(): Skill {
    const site = siteAt("microhandle_site");
    const hinge = bodyAt("microdoorroot");
    const hooked = turned(turnAbout(X, degrees(-30)), turnAbout(Z, degrees(45)));
    const handle = (): Place => [site()[0], site()[1], 1.78];
    return {
      ...straight,
      handle,
      act() {
        const [x, y] = alongArc(handle(), hinge(), [-0.105, -0.342]);
        const middle = control.hand.map((at, axis) => (at + handle()[axis]!) / 2) as unknown as Place;
        return { place: shifted(middle, [0.06 * x, 0.06 * y, 0]), turn: hooked };
      },
      isDone: () => joint(22) < -0.5,
      backTo: 0.15,
    };
  }

  function kettle(): Skill {
    const body = bodyAt("kettle");
    const goal: Place = [-0.23, 0.75, 1.7];
    const overGoal = () => Math.hypot(body()[0] - goal[0], body()[1] - goal[1]) < 0.06;
    return {
      ...straight,
      handle: () => shifted(body(), [-0.092, 0, 0.2]),
      depth: 0.1,
      act() {
        const at = body();
        const near = overGoal();
        const wanted: Place = [goal[0], goal[1], near ? 1.62 : 1.7];
        const place = control.hand.map((from, axis) => from + wanted[axis]! - at[axis]!) as unknown as Place;
        return { place, turn: home.turn };
      },
      isDone: () => overGoal() && body()[2] <= 1.65,
      backTo: 0.6,
    };
  }

  function lightSwitch(): Skill {
    const tip = siteAt("light_site");
    const hinge = bodyAt("lightswitchroot");
    return {
      ...straight,
      handle: tip,
      standOff: -0.12,
      upright: false,
      held: [0.018, 0.07],
      act() {
        const [x, y] = alongArc(tip(), hinge(), [-0.075, -0.0315]);
        return { place: shifted(tip(), [0.1 * x, 0.1 * y, 0]), turn: home.turn };
      },
      isDone: () => joint(17) < -0.5,
    };
  }

  function burner(knob: number): Skill {
    const handle = siteAt(`knob${knob}_site`);
    return {
      ...straight,
      handle,
      standOff: -0.12,
      depth: -0.04,
      upright: false,
      held: [0.012, 0.06],
      act: () => ({
        place: shifted(handle(), [0, -0.04, 0]),
        turn: product(turnAbout(Y, degrees(35)), control.turn),
      }),
      isDone: () => joint(7 + 2 * knob) < -0.7,
    };
  }

  function slideCabinet(): Skill {
    const site = siteAt("slide_site");
    const pulling = turned(turnAbout(Z, degrees(-45)));
    const handle = () => shifted(site(), [0, 0, -0.05]);
    const [x, y] = home.position as unknown as Place;
    return {
      ...straight,
      handle,
      turn: turned(turnAbout(Z, degrees(20))),
      standOff: -0.1,
      via: [[(x + site()[0]) / 2, y + 0.05, 2.35]],
      act: () => ({ place: shifted(handle(), [0.07, 0, 0]), turn: pulling }),
      isDone: () => joint(19) > 0.33,
    };
  }

  function hingeCabinet(): Skill {
    const site = siteAt("hinge_site2");
    const hinge = bodyAt("hingerightdoor");
    const handle = (): Place => [site()[0], site()[1], 2.45];
    return {
      ...straight,
      handle,
      act() {
        const [[x, y, z], [hingeX, hingeY]] = [handle(), hinge()];
        const [cosine, sine] = [Math.cos(degrees(15)), Math.sin(degrees(15))];
        const [armX, armY] = [x - hingeX, y - hingeY];
        const place: Place = [hingeX + cosine * armX - sine * armY, hingeY + sine * armX + cosine * armY, z];
        return { place, turn: turned(turnAbout(Z, degrees(-45) + joint(21))) };
      },
      isDone: () => joint(21) > 1.2,
    };
  }

  return {
    microwave: microwave(),
    kettle: kettle(),
    "light switch": lightSwitch(),
    "bottom burner": burner(2),
    "top burner": burner(4),
    "slide cabinet": slideCabinet(),
    "hinge cabinet": hingeCabinet(),
  };
}
