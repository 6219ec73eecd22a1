/**
 * Online collection: whole episodes into the replay, each with its returns-to-go. Where the environment fails in one, the
 * run ends, or drops that episode and goes on with a fresh environment, as the settings say. The generators of chance go
 * on from where the dropped episode left them.
 */
import type { Replay } from "../data/replay.js";
import { toTransitions } from "../data/transitions.js";
import { randomAction } from "../environments/random-action.js";
import { RunFailure, reasonIn } from "../errors.js";
import type { Configuration } from "./configuration.js";
import { EnvironmentFailure } from "./environment-failure.js";
import { type HangWatch, watched } from "./hang-watch.js";
import type { RenewableEnvironment } from "./renewable-environment.js";
import { doorOf } from "./run-setup.js";
import { type RunState, streamsOf } from "./saved-run.js";
import { type Act, beginTrajectory, exploring, finishTrajectory, type Stage } from "./trajectory.js";

/** What the episodes of a run are collected with. */
export interface OnlineParts {
  readonly configuration: Configuration;
  readonly state: RunState;
  readonly online: Replay;
  readonly environment: RenewableEnvironment;
  readonly watch?: HangWatch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called between two steps where the environment can save its state. */
  readonly betweenSteps: () => void;
  readonly onDrop: (sentence: string) => void;
}

export class OnlineEpisodes {
  private failures = 0;

  constructor(private readonly parts: OnlineParts) {}

  /**
   * One whole trajectory, or the rest of the one that a checkpoint was written in.
   * @throws EnvironmentFailure, or RunFailure if too many episodes in a row were dropped; the signal's reason
   */
  async collect(): Promise<void> {
    const { watch, signal } = this.parts;
    for (;;) {
      signal?.throwIfAborted();
      try {
        await watched(watch, () => this.play());
        this.failures = 0;
        return;
      } catch (error) {
        this.drop(error);
      }
    }
  }

  private async play(): Promise<void> {
    const { configuration, state, online, environment, watch, betweenSteps, signal } = this.parts;
    const { log } = state;
    const stage: Stage = { environment, episode: { kind: "online episode", number: log.onlineEpisodes + 1 }, watch };
    if (!state.trajectory) {
      const before = streamsOf(state);
      state.trajectory = { ...beginTrajectory(stage, state.streams.episodes.integer(2 ** 31)), before };
    }
    const afterStep = environment.saveState && betweenSteps;
    const episode = await finishTrajectory(state.trajectory, this.policy(), stage, afterStep, signal);
    state.trajectory = null;
    online.append(toTransitions([episode], doorOf(configuration, state.agent.sizes)));
    state.episodes.append(episode);
    log.onlineSteps += episode.length;
    log.onlineEpisodes++;
  }

  /** Who acts: the agent, or chance in a warm-up that is to be random. */
  private policy(): Act {
    const { configuration, state, environment } = this.parts;
    const { warmupSteps, warmupActions } = configuration.run;
    if (state.log.onlineSteps >= warmupSteps || warmupActions === "policy") return exploring(state.agent);
    return async () => randomAction(environment.actionSpace, state.streams.warmup);
  }

  /** @throws the error again, if it does not allow to go on */
  private drop(error: unknown): void {
    const { configuration, state, environment, onDrop } = this.parts;
    const { onEnvironmentFailure, episodeFailures } = configuration.run;
    if (error instanceof EnvironmentFailure && error.hung) environment.abandon();
    if (!(error instanceof EnvironmentFailure) || onEnvironmentFailure === "stop") throw error;
    state.trajectory = null;
    if (++this.failures >= episodeFailures)
      throw new RunFailure(`${this.failures} online episodes in a row failed, the last so: ${error.message}`, {
        cause: error,
      });
    this.renew(error);
    onDrop(`${error.what}. That episode is dropped; the run goes on with a fresh environment.`);
  }

  /** @throws EnvironmentFailure if no environment can be made after the failure */
  private renew(failure: EnvironmentFailure): void {
    try {
      this.parts.environment.renew();
    } catch (error) {
      const reason = reasonIn((error as Error).cause ?? error);
      throw new EnvironmentFailure(`${failure.what}; and no fresh one could be made: ${reason}`, false, error);
    }
  }
}
