/**
 * A scripted expert for the kitchen: it does elements one after the other, each in phases: approach, in, close, act, release,
 * back, home. Where a phase gets nowhere for too long, it lets go, backs off, returns home and tries again.
 */
import type { ArmControl, Place } from "./arm-control.js";
import { distanceOf, type Element, isComplete } from "./elements.js";
import { type Aim, type Skill, skillsOf } from "./skills.js";

type Phase = "approach" | "in" | "close" | "act" | "release" | "back" | "home";

/** m/s: through free space, straight in, and with something in the hand. */
const [freeSpeed, inSpeed, actSpeed] = [1.5, 0.5, 0.5];
/** Beside the approach and along it, a place counts as reached at such distances, metres. */
const [beside, along] = [0.03, 0.04];
/** A place to pass is passed at this distance, metres. */
const passing = 0.06;
/** Fingers further apart than this are open, metres. */
const open = 0.067;
/** Metres that the hand is drawn back. */
const backOff = 0.15;
/** The arm is home at this distance, rad. */
const homeWithin = 0.8;
/** Steps after which fingers that hold nothing open again. */
const closingSteps = 8;
/** Steps without progress after which a phase is given up. */
const patience = 40;

export class KitchenExpert {
  private readonly skills: Readonly<Record<Element, Skill>>;
  /** How often a phase was given up since `begin`. */
  retries = 0;
  private queue: Element[] = [];
  private phase: Phase = "approach";
  /** Steps in this phase, and since it came nearer to its end. */
  private steps = 0;
  private idle = 0;
  private best = Number.POSITIVE_INFINITY;
  /** Places on the way to the stand-off that are behind the hand. */
  private passed = 0;
  /** Where a hand that let go is drawn back to, and how it is turned. */
  private retreat: Place = [0, 0, 0];
  private retreatTurn: readonly number[] = [];

  constructor(private readonly control: ArmControl) {
    this.skills = skillsOf(control);
  }

  /** Begins an episode in which these elements are done, in this order. */
  begin(elements: readonly Element[]): void {
    this.queue = [...elements];
    this.retries = 0;
    this.enter("approach");
    this.passed = 0;
  }

  /** The element that is being done; undefined when all are. */
  get current(): Element | undefined {
    return this.queue[0];
  }

  /** The next action [9]. */
  act(): Float32Array {
    const element = this.current;
    if (element === undefined) return this.control.homewards();
    this.steps++;
    if (++this.idle > patience) this.giveUp();
    return this.actIn(this.skills[element]);
  }

  private actIn(skill: Skill): Float32Array {
    switch (this.phase) {
      case "approach":
        return this.approach(skill);
      case "in":
        return this.goIn(skill);
      case "close":
        return this.grasp(skill);
      case "act":
        return this.work(skill);
      case "release":
        return this.release();
      case "back":
        return this.back();
      case "home":
        return this.goHome();
    }
  }

  private approach(skill: Skill): Float32Array {
    const via = skill.via[this.passed];
    const place = via ?? before(skill.handle(), skill.standOff);
    const left = distance(this.control.hand, place);
    this.note(left);
    if (via && left < passing) {
      this.passed++;
      this.best = Number.POSITIVE_INFINITY;
    }
    if (!via && this.isAt(skill, place)) this.enter("in");
    return this.move({ place, turn: skill.turn }, freeSpeed, false);
  }

  private goIn(skill: Skill): Float32Array {
    const place = before(skill.handle(), skill.depth);
    this.note(distance(this.control.hand, place));
    if (this.isAt(skill, place)) this.enter("close");
    return this.move({ place, turn: skill.turn }, inSpeed, false);
  }

  private grasp(skill: Skill): Float32Array {
    const place = before(skill.handle(), skill.depth);
    const [least, most] = skill.held;
    if (this.steps >= 2 && this.control.width > least && this.control.width < most) this.enter("act");
    else if (this.steps > closingSteps) this.giveUp();
    return this.move({ place, turn: skill.turn }, inSpeed, true);
  }

  private work(skill: Skill): Float32Array {
    const aim = skill.act();
    this.note(distanceOf(this.current!, this.control.physics.qpos));
    if (skill.isDone()) this.enter("release");
    else if (this.control.width < skill.held[0] / 2) this.giveUp();
    return this.move(aim, actSpeed, true);
  }

  private release(): Float32Array {
    if (this.control.width > open || this.steps > closingSteps) this.enter("back");
    return this.move({ place: this.control.hand, turn: this.retreatTurn }, actSpeed, false);
  }

  private back(): Float32Array {
    if (this.control.hand[1] < this.retreat[1] + beside) this.enter("home");
    return this.move({ place: this.retreat, turn: this.retreatTurn }, freeSpeed, false);
  }

  private goHome(): Float32Array {
    this.note(this.control.fromHome);
    if (this.control.fromHome < homeWithin) {
      if (isComplete(this.current!, this.control.physics.qpos)) this.queue.shift();
      this.passed = 0;
      this.enter("approach");
    }
    return this.control.homewards();
  }

  /** Remembers where a hand that lets go here is drawn back to. */
  private keepRetreat(): void {
    const [x, y, z] = this.control.hand;
    this.retreat = [x, Math.min(y - backOff, this.skills[this.current!].backTo ?? y), z];
    this.retreatTurn = this.control.turn;
  }

  private isAt(skill: Skill, place: Place): boolean {
    const [x, y, z] = this.control.hand;
    const off = skill.upright ? Math.abs(x - place[0]) : Math.hypot(x - place[0], z - place[2]);
    return off < beside && Math.abs(y - place[1]) < along;
  }

  private move({ place, turn }: Aim, speed: number, closed: boolean): Float32Array {
    return this.control.towards({ place, turn, speed, closed });
  }

  private enter(phase: Phase): void {
    if (phase === "release") this.keepRetreat();
    this.phase = phase;
    this.steps = 0;
    this.idle = 0;
    this.best = Number.POSITIVE_INFINITY;
  }

  /** Tells the watchdog how far there is to go. */
  private note(left: number): void {
    if (left > this.best - 0.01) return;
    this.best = left;
    this.idle = 0;
  }

  private giveUp(): void {
    this.retries++;
    this.enter("release");
  }
}

function before([x, y, z]: Place, along: number): Place {
  return [x, y + along, z];
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
