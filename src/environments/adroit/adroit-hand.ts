/**
 * The Adroit hand as MJCF text: wrist, palm, four fingers and thumb with their touch sites, and what ties them together
 * (tendons, motors, contacts between fingers). Written from the figures of the compiled original, which are the same in
 * every Adroit task (NOTICE names the source). Arm, table and what the hand works on are in the files beside this one.
 */

/** The fingers with a knuckle at the palm: prefix, knuckle's place, height of the middle link's centre of mass. */
const fingers = [
  { name: "ff", knuckle: "0.033 0 0.095", middle: 0.011 },
  { name: "mf", knuckle: "0.011 0 0.099", middle: 0.012 },
  { name: "rf", knuckle: "-0.011 0 0.095", middle: 0.012 },
  { name: "lf", knuckle: "-0.017 0 0.044", middle: 0.012 },
] as const;
type Finger = (typeof fingers)[number];

/** How far a bending joint of a finger goes, in rad. */
const bend = "0 1.571";

/** The mass of a link, where its centre lies and how its principal axes are turned. */
function inertial(mass: number, pos: string, quat = "1 0 0 0", moments = "1e-5 1e-5 1e-5"): string {
  return `<inertial mass="${mass}" pos="${pos}" quat="${quat}" diaginertia="${moments}"/>`;
}

function hinge(name: string, axis: string, range: string): string {
  return `<joint name="${name}" axis="${axis}" range="${range}"/>`;
}

/** The collision shape of a link: a capsule from its joint along z. `condim` 4 is a fingertip, which also resists twist. */
function capsule(link: string, radius: number, halfLength: number, condim = 3, shade = "skin"): string {
  return `<geom class="${shade}" name="C_${link}" type="capsule" size="${radius} ${halfLength}" pos="0 0 ${halfLength}" condim="${condim}"/>`;
}

function touch(link: string, pos: string, size: string, quat = "1 0 0 0"): string {
  return `<site name="Tch_${link}" type="box" pos="${pos}" size="${size}" quat="${quat}"/>`;
}

/** Knuckle (spreads), proximal, middle and distal link (bend). */
function fingerMjcf({ name, knuckle, middle }: Finger): string {
  const joint = name.toUpperCase();
  return `<body name="${name}knuckle" pos="${knuckle}">
  ${inertial(0.008, "0 0 0", "0.5200620725 0.8541021191 0.0060007208 -0.0030003604")}
  ${hinge(`${joint}J3`, "0 1 0", "-0.436 0.436")}
  <body name="${name}proximal">
    ${inertial(0.014, "0 0 0.023", "0.7070954643 -0.0040005426 0.0040005426 0.7070954643")}
    ${hinge(`${joint}J2`, "1 0 0", bend)}
    ${capsule(`${name}proximal`, 0.01, 0.0225)}
    ${touch(`${name}proximal`, "0 -0.007 0.022", "0.009 0.004 0.012")}
    <body name="${name}middle" pos="0 0 0.045">
      ${inertial(0.012, `0 0 ${middle}`, "1 0 0 1")}
      ${hinge(`${joint}J1`, "1 0 0", bend)}
      ${capsule(`${name}middle`, 0.00805, 0.0125)}
      ${touch(`${name}middle`, "0 -0.007 0.013", "0.009 0.002 0.007")}
      <body name="${name}distal" pos="0 0 0.025">
        ${inertial(0.01, "0 0 0.015", "0.7071004154 -0.0030004318 0.0030004318 0.7071004154")}
        ${hinge(`${joint}J0`, "1 0 0", bend)}
        ${capsule(`${name}distal`, 0.00705, 0.012, 4)}
        <site name="S_${name}tip" pos="0 0 0.026" size="0.005"/>
        ${touch(`${name}tip`, "0 -0.004 0.018", "0.009 0.004 0.013")}
      </body>
    </body>
  </body>
</body>`;
}

/** The little finger stands on a metacarpal bone of its own, which folds towards the thumb. */
function littleFingerMjcf(): string {
  return `<body name="lfmetacarpal" pos="-0.017 0 0.044">
  ${inertial(0.075, "-0.014 0.001 0.014", "0.7091666494 -0.0920215545 -0.0630147688 0.6961636559")}
  ${hinge("LFJ4", "0.5709770264 0 0.8209660379", "0 0.698")}
  <geom class="skin" name="C_lfmetacarpal" type="box" size="0.0095 0.0111 0.025" pos="-0.0165 0 0.01" rgba="0.4 0.5 0.6 0.2"/>
  ${touch("lfmetacarpal", "-0.016 -0.008 0.017", "0.009 0.004 0.014")}
  ${fingerMjcf(fingers[3])}
</body>`;
}

/** Base (turns), proximal, hub, middle and distal link. */
function thumbMjcf(): string {
  const stub = (name: string) => `<geom name="${name}" type="box" size="0.001 0.001 0.001" group="1"/>`;
  return `<body name="thbase" pos="0.034 -0.009 0.029" quat="0.9239559192 0 0.3824989665 0">
  ${inertial(0.01, "0 0 0")}
  ${hinge("THJ4", "0 0 -1", "-1.047 1.047")}
  ${stub("V_thbase")}
  <body name="thproximal">
    ${inertial(0.016, "0 0 0.017", "0.9816044889 0 0.0009995975 0.1909230951")}
    ${hinge("THJ3", "1 0 0", "0 1.309")}
    ${capsule("thproximal", 0.013, 0.019, 3, "ghost")}
    ${touch("thproximal", "-0.008 0 0.022", "0.005 0.011 0.011")}
    <body name="thhub" pos="0 0 0.038">
      ${inertial(0.002, "0 0 0")}
      ${hinge("THJ2", "1 0 0", "-0.262 0.262")}
      ${stub("V_thhub")}
      <body name="thmiddle">
        ${inertial(0.016, "0 0 0.016", "0.9999705014 -0.0009999705 -0.0069997865 0.0029999085")}
        ${hinge("THJ1", "0 1 0", "-0.524 0.524")}
        ${capsule("thmiddle", 0.011, 0.016)}
        ${touch("thmiddle", "-0.008 0 0.018", "0.005 0.011 0.011")}
        <body name="thdistal" pos="0 0 0.032">
          ${inertial(0.016, "0 0 0.016", "0.9988701546 -0.0049993508 -0.0469939073 0.0049993508")}
          ${hinge("THJ0", "0 1 0", "-1.571 0")}
          ${capsule("thdistal", 0.00918, 0.013, 4)}
          <site name="S_thtip" pos="0 0 0.0275" size="0.005"/>
          ${touch("thtip", "-0.005 0 0.02", "0.005 0.011 0.016")}
        </body>
      </body>
    </body>
  </body>
</body>`;
}

/** The body "wrist" and all that hangs on it, to be put into the forearm; 24 joints. */
export function handMjcf(): string {
  return `<body name="wrist" pos="0 0 0.396">
  ${inertial(0.3, "0.003 0 0.016", "0.5042337934 0.4962297967 0.4952297971 0.5042337934", "0.001 0.001 0.001")}
  <joint class="wrist" name="WRJ1" axis="0 1 0" range="-0.524 0.175"/>
  <geom class="ghost" name="C_wrist" type="capsule" size="0.015 0.01" quat="1 1 0 0"/>
  <body name="palm" pos="0 0 0.034">
    ${inertial(0.3, "0.006 0 0.036", "0.7158329135 0.0439897947 0.0749824909 0.6928389163", "0.001 0.001 0.001")}
    <joint class="wrist" name="WRJ0" axis="1 0 0" range="-0.785 0.611"/>
    <geom class="ghost" name="C_palm0" type="box" size="0.032 0.0111 0.049" pos="0.011 0 0.038"/>
    <geom class="ghost" name="C_palm1" type="box" size="0.011 0.0111 0.025" pos="-0.032 0 0.014"/>
    <site name="S_grasp" pos="0.007 -0.05 0.07" size="0.01" quat="0.008630429 -0.5952019969 -0.0033728113 -0.8035226958"/>
    ${touch("ffmetacarpal", "0.033 -0.008 0.078", "0.009 0.004 0.006")}
    ${touch("mfmetacarpal", "0.011 -0.008 0.074", "0.009 0.004 0.014")}
    ${touch("rfmetacarpal", "-0.011 -0.008 0.068", "0.009 0.004 0.016")}
    ${touch("thmetacarpal", "0.006 -0.008 0.042", "0.008 0.004 0.015", "0.9596616527 0 0.2811574513 0")}
    ${touch("palm", "-0.017 -0.008 0.024", "0.012 0.004 0.016", "0.8775825619 0 -0.4794255386 0")}
    ${fingers.slice(0, 3).map(fingerMjcf).join("\n")}
    ${littleFingerMjcf()}
    ${thumbMjcf()}
  </body>
</body>`;
}
