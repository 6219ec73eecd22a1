/**
 * What ties the links of the Adroit hand together: tendons that limit its joints in pairs, motors that pull each joint
 * towards an angle, and the contacts among its own links. Written from the same figures as the hand.
 */

const fingerNames = ["FF", "MF", "RF", "LF"] as const;

/** A joint and the lever arm, in metres, with which a tendon passes it. */
type Pull = readonly [joint: string, arm: number];

/** A tendon and its opponent, which passes the same joints the other way round. */
interface TendonPair {
  readonly names: readonly [string, string];
  readonly pulls: readonly Pull[];
  /** How far the first of the two may run, in metres. */
  readonly range: readonly [number, number];
}

const wristTravel = [-0.032, 0.032] as const;
const spreadTravel = [-0.018, 0.018] as const;
const bendTravel = [-0.007, 0.03] as const;

function fingerTendons(finger: string): TendonPair[] {
  const tip: Pull = [`${finger}J0`, 0.00705];
  const middle: Pull = [`${finger}J1`, 0.00805];
  return [
    { names: [`${finger}J3r`, `${finger}J3l`], pulls: [[`${finger}J3`, 0.01]], range: spreadTravel },
    { names: [`${finger}J2u`, `${finger}J2d`], pulls: [[`${finger}J2`, 0.01]], range: bendTravel },
    { names: [`${finger}J1u`, `${finger}J1d`], pulls: [tip, middle], range: bendTravel },
  ];
}

function tendonMjcf(name: string, pulls: readonly Pull[], [low, high]: readonly [number, number]): string {
  const joints = pulls.map(([joint, arm]) => `<joint joint="${joint}" coef="${arm}"/>`).join("");
  return `<fixed name="T_${name}" limited="true" range="${low} ${high}">${joints}</fixed>`;
}

function pairMjcf({ names, pulls, range }: TendonPair): string[] {
  const opposite = pulls.map(([joint, arm]): Pull => [joint, -arm]);
  return [tendonMjcf(names[0], pulls, range), tendonMjcf(names[1], opposite, [-range[1], -range[0]])];
}

/** The tendons of one finger; the coupling of its last two joints, which has no opponent, stands before their pair. */
function fingerTendonsMjcf(finger: string): string[] {
  const [spread, bend, last] = fingerTendons(finger) as [TendonPair, TendonPair, TendonPair];
  const [tip, [middle, arm]] = last.pulls as [Pull, Pull];
  const coupling = tendonMjcf(`${finger}J1c`, [tip, [middle, -arm]], [-0.001, 0.001]);
  return [...pairMjcf(spread), ...pairMjcf(bend), coupling, ...pairMjcf(last)];
}

const wristTendons: readonly TendonPair[] = [
  { names: ["WRJ1r", "WRJ1l"], pulls: [["WRJ1", 0.018]], range: wristTravel },
  { names: ["WRJ0u", "WRJ0d"], pulls: [["WRJ0", 0.018]], range: wristTravel },
];
const metacarpalTendons: TendonPair = { names: ["LFJ4u", "LFJ4d"], pulls: [["LFJ4", 0.01]], range: bendTravel };
const thumbTendons: readonly TendonPair[] = [
  { names: ["THJ4a", "THJ4c"], pulls: [["THJ4", 0.01636]], range: spreadTravel },
  { names: ["THJ3u", "THJ3d"], pulls: [["THJ3", 0.01]], range: bendTravel },
  { names: ["THJ2u", "THJ2d"], pulls: [["THJ2", 0.011]], range: spreadTravel },
  { names: ["THJ1r", "THJ1l"], pulls: [["THJ1", 0.011]], range: spreadTravel },
  { names: ["THJ0r", "THJ0l"], pulls: [["THJ0", 0.009]], range: [-0.03, 0.007] },
];

/** The 44 tendons as elements of `<tendon>`, in the original's order. */
export function handTendonsMjcf(): string {
  return [
    ...wristTendons.flatMap(pairMjcf),
    ...fingerNames.slice(0, 3).flatMap(fingerTendonsMjcf),
    ...pairMjcf(metacarpalTendons),
    ...fingerTendonsMjcf("LF"),
    ...thumbTendons.flatMap(pairMjcf),
  ].join("\n");
}

/** A motor's joint and the angles (or, of a slide, places) between which it may be sent. */
export type Motor = readonly [joint: string, low: number, high: number];

const fingerMotors = (finger: string): Motor[] => [
  [`${finger}J3`, -0.44, 0.44],
  [`${finger}J2`, 0, 1.6],
  [`${finger}J1`, 0, 1.6],
  [`${finger}J0`, 0, 1.6],
];

const wristMotors: readonly Motor[] = [
  ["WRJ1", -0.524, 0.175],
  ["WRJ0", -0.79, 0.61],
];

/** Their ranges differ a little from those of the joints. */
const digitMotors: readonly Motor[] = [
  ...fingerNames.slice(0, 3).flatMap(fingerMotors),
  ["LFJ4", 0, 0.7],
  ...fingerMotors("LF"),
  ["THJ4", -1, 1],
  ["THJ3", 0, 1.3],
  ["THJ2", -0.26, 0.26],
  ["THJ1", -0.52, 0.52],
  ["THJ0", -1.571, 0],
];

/**
 * Motors that exert `gain` * control - `stiffness` * position: position servos where the two are equal, which those of
 * the arm are not.
 */
export function motorsMjcf(motors: readonly Motor[], gain: number, stiffness: number): string {
  const motor = ([joint, low, high]: Motor) =>
    `<general name="A_${joint}" joint="${joint}" ctrllimited="true" ctrlrange="${low} ${high}" biastype="affine" gainprm="${gain}" biasprm="0 ${-stiffness}"/>`;
  return motors.map(motor).join("\n");
}

/**
 * The 24 motors of the hand as elements of `<actuator>`. The gains are those that D4RL writes into the model after
 * loading it: 10 at the wrist, 1 at the fingers and the thumb.
 */
export function handMotorsMjcf(): string {
  return `${motorsMjcf(wristMotors, 10, 10)}\n${motorsMjcf(digitMotors, 1, 1)}`;
}

/** Links that touch without friction; all other contacts within the hand are off. One pair stands twice, as it does there. */
const touching = [
  "palm0-thdistal",
  "ffproximal-mfproximal ffproximal-thdistal ffmiddle-thdistal ffdistal-mfdistal ffdistal-thdistal",
  "mfproximal-rfproximal mfproximal-thdistal mfdistal-rfdistal mfdistal-lfdistal mfdistal-thdistal",
  "rfproximal-lfproximal rfmiddle-lfmiddle rfmiddle-lfdistal rfdistal-lfmiddle rfdistal-lfdistal rfdistal-lfdistal",
  "rfdistal-thdistal lfdistal-thdistal",
];

/** The contacts among the links as elements of `<contact>`. */
export function handContactsMjcf(): string {
  const pair = ([first, second]: string[]) =>
    `<pair geom1="C_${first}" geom2="C_${second}" condim="1" friction="1 1 0.005 0.0001 0.0001" margin="0"/>`;
  const pairs = touching.flatMap((line) => line.split(" ")).map((names) => names.split("-"));
  return pairs.map(pair).join("\n");
}
