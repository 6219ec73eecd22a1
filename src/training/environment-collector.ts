/**
 * Collecting online in an environment: whole episodes, one after the other. An episode in progress can be saved midway
 * if the environment can save its state. Where the environment fails, the run ends, or that episode is dropped and the
 * next attempt is played in a fresh environment, as the settings say; the random streams continue from where the
 * dropped episode left them.
 */
import { elementTypeOf, type Part, partColumn, STATE, type Values, widthOf } from "../data/columns.js";
import { type Episode, joinObservations, joinRows, type Observation, packEpisode } from "../data/episode.js";
import { type EnvironmentWatch, watched } from "../environments/call-watch.js";
import { actionVectorSize, isPromise, observationPartsOf } from "../environments/environment.js";
import {
  resetIn,
  restoreStateIn,
  type Stage,
  saveStateIn,
  scriptIn,
  stepIn,
} from "../environments/environment-call.js";
import { EnvironmentFailure } from "../environments/environment-failure.js";
import type { RenewableEnvironment } from "../environments/renewable-environment.js";
import { DataError, RunFailure, reasonIn } from "../errors.js";
import type { RandomStream } from "../random.js";
import type { RunSettings } from "../settings/settings.js";
import type { Collector, CollectorState, Policy } from "./ports.js";
import {
  type EpisodeInProgress,
  numbersIn,
  type SavedStreams,
  type SnapshotTensor,
  type SnapshotTensors,
} from "./snapshot.js";

export interface EnvironmentCollectorOptions {
  readonly environment: RenewableEnvironment;
  readonly settings: Pick<RunSettings, "onEnvironmentFailure" | "episodeFailures">;
  /** Where the seeds of the episodes come from. */
  readonly seeds: RandomStream;
  /** The states of all streams of the run: what is kept of where an episode began. */
  readonly streams: () => SavedStreams;
  readonly watch?: EnvironmentWatch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called for every dropped episode. */
  readonly onDrop: (sentence: string) => void;
  /** Called where an environment that can save its state fails to do so. */
  readonly onUnsaved: (failure: EnvironmentFailure) => void;
}

/** What was played so far: one observation more than actions and rewards. */
interface Trajectory {
  readonly observations: Observation[];
  readonly actions: Float32Array[];
  readonly rewards: number[];
  /** Where the streams stood at its beginning, unless it is from an older checkpoint that did not say. */
  readonly before: SavedStreams | undefined;
}

export class EnvironmentCollector implements Collector {
  private trajectory: Trajectory | null = null;
  private episodes = 0;
  private failures = 0;
  readonly script?: Policy;

  constructor(private readonly options: EnvironmentCollectorOptions) {
    const step = () => 1 + (this.trajectory?.actions.length ?? 0);
    if (options.environment.scriptedAction)
      this.script = { act: async (observation) => scriptIn(this.stage, observation, step()) };
  }

  /** @throws EnvironmentFailure, or RunFailure if too many episodes in a row were dropped; the signal's reason */
  async next(policy: Policy, betweenSteps: () => void): Promise<Episode> {
    for (;;) {
      this.options.signal?.throwIfAborted();
      try {
        const episode = await this.inEnvironment(() => this.play(policy, betweenSteps));
        this.failures = 0;
        this.episodes++;
        return episode;
      } catch (error) {
        await this.drop(error);
      }
    }
  }

  /** @throws EnvironmentFailure if the state cannot be saved and how the episode began is not known */
  capture(): CollectorState {
    const { trajectory, episodes, failures } = this;
    return { episodes, failures, before: trajectory?.before, episode: trajectory && this.captured(trajectory) };
  }

  /** @throws EnvironmentFailure if the environment fails; DataError where the checkpoint does not fit it */
  async restore({ episodes, failures, before, episode }: CollectorState, checkpoint: string): Promise<void> {
    Object.assign(this, { episodes, failures });
    if (!episode) return;
    await this.inEnvironment(async () => {
      this.trajectory = { ...this.trajectoryIn(episode, checkpoint), before };
    });
  }

  /** Does work in the environment, of which nothing more is asked where it gave no answer. */
  async inEnvironment<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await watched(this.options.watch, work);
    } catch (error) {
      if (error instanceof EnvironmentFailure && error.hung) this.options.environment.abandon();
      throw error;
    }
  }

  private get stage(): Stage {
    const { environment, watch } = this.options;
    return { environment, episode: { kind: "online episode", number: this.episodes + 1 }, watch };
  }

  /** Plays on until the task or the clock ends the episode. */
  private async play(policy: Policy, betweenSteps: () => void): Promise<Episode> {
    const { stage } = this;
    const { signal, environment } = this.options;
    this.trajectory ??= await this.begin(stage);
    const { observations, actions, rewards } = this.trajectory;
    for (;;) {
      signal?.throwIfAborted();
      const action = (await policy.act(observations[observations.length - 1]!, { deterministic: false })).slice();
      const answer = stepIn(stage, action, actions.length + 1);
      const { observation, reward, terminated, truncated } = isPromise(answer) ? await answer : answer;
      observations.push(observation);
      actions.push(action);
      rewards.push(reward);
      if (terminated || truncated) {
        this.trajectory = null;
        return packEpisode(observations, actions, rewards, terminated);
      }
      if (environment.saveState) betweenSteps();
    }
  }

  private async begin(stage: Stage): Promise<Trajectory> {
    const before = this.options.streams();
    const { observation } = await resetIn(stage, this.options.seeds.integer(2 ** 31));
    return { observations: [observation], actions: [], rewards: [], before };
  }

  /** The episode in progress; null where the run can only resume from its beginning. */
  private captured({ observations, actions, rewards, before }: Trajectory): EpisodeInProgress | null {
    try {
      const environment = saveStateIn(this.stage, actions.length);
      if (!environment) return null;
      const tensors: SnapshotTensors = new Map<string, SnapshotTensor>([
        ["environment", environment],
        ...Object.entries(joinObservations(observations)).map(
          ([part, values]) => [`trajectory/${partColumn("observations", part)}`, values] as const,
        ),
        ["trajectory/actions", joinRows(actions)],
        ["trajectory/rewards", Float64Array.from(rewards)],
      ]);
      return { steps: actions.length, tensors };
    } catch (error) {
      if (!(error instanceof EnvironmentFailure) || !before) throw error;
      this.options.onUnsaved(error);
      return null;
    }
  }

  /** What was played of the episode; the environment is where it was in it. */
  private trajectoryIn({ steps, tensors }: EpisodeInProgress, checkpoint: string): Omit<Trajectory, "before"> {
    const { environment } = this.options;
    if (!environment.restoreState)
      throw new DataError(
        `The checkpoint ${checkpoint} holds an episode of ${environment.name}, which cannot resume it; give the environment saveState and restoreState as it had them, or begin the run anew.`,
      );
    const rows = <Taken extends Values>(name: string, count: number, part: Part): Taken[] => {
      const values = tensors.get(`trajectory/${name}`) as Values | undefined;
      const width = widthOf(part);
      if (values === undefined || elementTypeOf(values) !== part.type || values.length !== count * width)
        throw new DataError(
          `The checkpoint ${checkpoint} has no ${count} ${name} of the episode in progress; take another checkpoint, or begin the run anew.`,
        );
      return Array.from({ length: count }, (_, row) => values.slice(row * width, (row + 1) * width) as Taken);
    };
    const parts = Object.entries(observationPartsOf(environment.observationSpace)).map(
      ([name, part]) => [name, rows<Values>(partColumn("observations", name), steps + 1, part)] as const,
    );
    const action: Part = { type: "float32", shape: [actionVectorSize(environment.actionSpace)] };
    restoreStateIn(this.stage, numbersIn(checkpoint, tensors, "environment"), steps);
    return {
      observations: Array.from({ length: steps + 1 }, (_, row) => observationOf(parts, row)),
      actions: rows<Float32Array>("actions", steps, action),
      rewards: [...numbersIn(checkpoint, tensors, "trajectory/rewards", steps)],
    };
  }

  /** @throws the error again, if the run cannot continue after it */
  private async drop(error: unknown): Promise<void> {
    const { onEnvironmentFailure, episodeFailures } = this.options.settings;
    if (!(error instanceof EnvironmentFailure) || onEnvironmentFailure === "stop") throw error;
    this.trajectory = null;
    if (++this.failures >= episodeFailures)
      throw new RunFailure(`${this.failures} online episodes in a row failed, the last so: ${error.message}`, {
        cause: error,
      });
    await this.renew(error);
    this.options.onDrop(`${error.what}. That episode is dropped; the run continues with a fresh environment.`);
  }

  /** @throws EnvironmentFailure if no environment can be made after the failure */
  private async renew(failure: EnvironmentFailure): Promise<void> {
    try {
      await watched(this.options.watch, () => this.options.environment.renew());
    } catch (error) {
      const reason = reasonIn((error as Error).cause ?? error);
      const hung = error instanceof EnvironmentFailure && error.hung;
      const what = `${failure.what}; and no fresh one could be made: ${reason}`;
      throw new EnvironmentFailure(what, { call: "play", hung, cause: error });
    }
  }
}

/** The observation of a row, as an environment gives it: a vector alone is no record of parts. */
function observationOf(parts: readonly (readonly [string, readonly Values[]])[], row: number): Observation {
  const observation = Object.fromEntries(parts.map(([name, values]) => [name, values[row]!]));
  const { [STATE]: state } = observation;
  return parts.length === 1 && state instanceof Float32Array ? state : observation;
}
