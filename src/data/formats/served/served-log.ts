/**
 * A policy server's log as episodes: decisions with the rewards that were reported for them, 0 where none was. An
 * episode is complete with its end; those that were open when the log broke off count as truncated.
 */
import { DataError } from "../../../errors.js";
import type { Observations } from "../../columns.js";
import { type DataFiles, onlyFile } from "../../containers/files.js";
import { actionIndexProblem } from "../../discrete-actions.js";
import { type Episode, joinObservations } from "../../episode.js";
import type { EpisodeSource } from "../../episode-source.js";
import { counted } from "../../figures.js";
import { propensityProblem } from "../../propensities.js";
import { ReadingNotes } from "../../reading-notes.js";
import { boundsOf } from "../../transform.js";
import { type NumberedLine, openServedLog, type ServedLog } from "./served-events.js";
import { type DecisionLine, decisionOf, type EndLine, type ServedHeader } from "./served-lines.js";
import { readObservation } from "./served-observation.js";

/** What was logged of an episode so far. */
interface Gathered {
  readonly observations: Observations[];
  readonly actions: number[];
  readonly rewards: number[];
  /** Of choices alone: how likely each was. */
  readonly propensities: number[];
  /** The line of its last decision. */
  last: number;
}

export function openServed(files: DataFiles): EpisodeSource {
  const where = `"${files.name}"`;
  const log = openServedLog(onlyFile(files), where);
  const { observations, actions } = log.header;
  const notes = new ReadingNotes();
  const size = "discrete" in actions ? 1 : actions.size;
  const bounds =
    "size" in actions && actions.low && actions.high ? boundsOf(actions.low, actions.high, size, where) : undefined;
  return {
    source: files.name,
    observations,
    actionSize: size,
    ...("discrete" in actions && { discreteActions: actions.discrete, hasPropensities: true }),
    ...(bounds && { actionBounds: bounds }),
    notes,
    async *episodes() {
      notes.begin();
      yield* new ServedPass(log, where, notes).episodes();
    },
  };
}

/** One pass over the lines. */
class ServedPass {
  private readonly open = new Map<string, Gathered>();
  private readonly header: ServedHeader;
  private unrewarded = 0;

  constructor(
    private readonly log: ServedLog,
    private readonly where: string,
    private readonly notes: ReadingNotes,
  ) {
    this.header = log.header;
  }

  *episodes(): Generator<Episode> {
    const torn = () => this.notes.say("the last line is torn, as a kill leaves it, and was left out");
    for (const { line, number } of this.log.lines(torn)) {
      if (line.kind === "decision") this.decide(line, number);
      else if (line.kind === "reward") this.reward(line.decision, line.reward, number);
      else if (line.kind === "end") yield* this.end(line, number);
    }
    for (const gathered of this.open.values()) yield* this.finish(gathered, undefined, false);
    const { size } = this.open;
    if (size > 0) this.notes.say(`${counted(size, "episode")} ${size === 1 ? "was" : "were"} open when the log ended`);
    if (this.unrewarded > 0)
      this.notes.say(`${counted(this.unrewarded, "decision")} without a reported reward earned 0`);
  }

  private decide({ episode, step, observation, action, propensity }: DecisionLine, number: number): void {
    const empty = () => ({ observations: [], actions: [], rewards: [], propensities: [], last: number });
    const gathered: Gathered = this.open.get(episode) ?? empty();
    if (step !== gathered.observations.length)
      throw this.problem(
        number,
        `is step ${step} of its episode where step ${gathered.observations.length} comes next`,
      );
    const numbers = typeof action === "number" ? [action] : action;
    const { actions } = this.header;
    const fits =
      "discrete" in actions
        ? numbers.length === 1 && actionIndexProblem(numbers[0]!, actions.discrete) === undefined
        : numbers.length === actions.size;
    if (!fits) throw this.problem(number, "has an action that is not as the header says");
    if ("discrete" in actions) {
      const wrong = propensity === null ? "is missing" : propensityProblem(propensity);
      if (wrong !== undefined) throw this.problem(number, `has a propensity that ${wrong}`);
      gathered.propensities.push(propensity!);
    }
    gathered.observations.push(this.observed(observation, number));
    gathered.actions.push(...numbers);
    gathered.rewards.push(Number.NaN);
    gathered.last = number;
    this.open.set(episode, gathered);
  }

  private reward(decision: string, reward: number, number: number): void {
    const { episode, step } = decisionOf(decision) ?? { episode: "", step: 0 };
    const gathered = this.open.get(episode);
    if (gathered === undefined || step >= gathered.rewards.length)
      throw this.problem(number, "rewards a decision of no open episode");
    gathered.rewards[step] = reward;
  }

  private *end({ episode, how, observation }: EndLine, number: number): Generator<Episode> {
    const gathered = this.open.get(episode);
    if (gathered === undefined) throw this.problem(number, "ends an episode that is not open");
    this.open.delete(episode);
    const last = observation === undefined ? undefined : this.observed(observation, number);
    yield* this.finish(gathered, last, how === "terminated");
  }

  /** The last step stays where the task ended or what was seen after it is known. */
  private *finish(gathered: Gathered, seen: Observations | undefined, terminated: boolean): Generator<Episode> {
    const { observations, actions, rewards, propensities, last } = gathered;
    const steps = terminated || seen ? rewards.length : rewards.length - 1;
    if (steps < rewards.length)
      this.notes.leaveOut(
        1,
        "because their episode broke off after them and the observation that followed is unknown",
        `line ${last}`,
      );
    if (steps === 0) return;
    const after = seen ?? observations[steps] ?? observations[steps - 1]!;
    const width = actions.length / rewards.length;
    const ends = new Uint8Array(steps);
    if (terminated) ends[steps - 1] = 1;
    this.unrewarded += rewards.slice(0, steps).filter(Number.isNaN).length;
    yield {
      length: steps,
      observations: joinObservations([...observations.slice(0, steps), after]),
      actions: Float32Array.from(actions.slice(0, steps * width)),
      rewards: Float32Array.from(rewards.slice(0, steps), (reward) => (Number.isNaN(reward) ? 0 : reward)),
      terminated: ends,
      truncated: !terminated,
      ...(propensities.length > 0 && { propensities: Float32Array.from(propensities.slice(0, steps)) }),
    };
  }

  private observed(observation: unknown, number: number): Observations {
    const read = readObservation(observation, this.header.observations);
    if (typeof read === "string") throw this.problem(number, `has an observation that ${read}`);
    return read;
  }

  private problem(number: NumberedLine["number"], what: string): DataError {
    return new DataError(`${this.where}: line ${number} ${what}; restore the log as the server wrote it.`);
  }
}
