/**
 * Online collection: whole episodes into the replay, each with its returns-to-go. Where the environment fails in one, the
 * run ends, or drops that episode and goes on with a fresh environment, as the settings say. The generators of chance go
 * on from where the dropped episode left them.
 */
import type { Replay } from "../data/replay.js";
import { toTransitions } from "../data/transitions.js";
import { EnvironmentFailure } from "../environments/environment-failure.js";
import { randomAction } from "../environments/random-action.js";
import type { RenewableEnvironment } from "../environments/renewable-environment.js";
import { RunFailure, reasonIn } from "../errors.js";
import type { Configuration } from "../settings/configuration.js";
import { doorOf } from "../training/door.js";
import { type Act, beginTrajectory, exploring, finishTrajectory } from "../training/trajectory.js";
import { watched } from "./hang-watch.js";
import { onlineStage } from "./saved-episode.js";
import { type RunState, streamsOf } from "./saved-run.js";

/** What the episodes of a run are collected with. */
export interface CollectOptions {
  readonly configuration: Configuration;
  readonly state: RunState;
  readonly online: Replay;
  readonly environment: RenewableEnvironment;
  readonly signal?: AbortSignal | undefined;
  /** Called between two steps where the environment can save its state. */
  readonly betweenSteps: () => void;
  readonly onDrop: (sentence: string) => void;
}

export class OnlineEpisodes {
  constructor(private readonly options: CollectOptions) {}

  /**
   * One whole trajectory, or the rest of the one that a checkpoint was written in.
   * @throws EnvironmentFailure, or RunFailure if too many episodes in a row were dropped; the signal's reason
   */
  async collect(): Promise<void> {
    const { state, signal } = this.options;
    for (;;) {
      signal?.throwIfAborted();
      try {
        await this.inEnvironment(() => this.play());
        state.failures = 0;
        return;
      } catch (error) {
        await this.drop(error);
      }
    }
  }

  /**
   * Does work in the environment, of which nothing more is asked where it gave no answer.
   * @throws EnvironmentFailure if it hangs
   */
  async inEnvironment(work: () => void | Promise<void>): Promise<void> {
    const { state, environment } = this.options;
    try {
      await watched(state.watch, async () => work());
    } catch (error) {
      if (error instanceof EnvironmentFailure && error.hung) environment.abandon();
      throw error;
    }
  }

  private async play(): Promise<void> {
    const { configuration, state, online, environment, betweenSteps, signal } = this.options;
    const { log } = state;
    const stage = onlineStage(state);
    if (!state.trajectory) {
      const before = streamsOf(state);
      state.trajectory = { ...beginTrajectory(stage, state.streams.episodes.integer(2 ** 31)), before };
    }
    const afterStep = environment.saveState && betweenSteps;
    const episode = await finishTrajectory(state.trajectory, this.policy(), stage, afterStep, signal);
    state.trajectory = null;
    const transitions = toTransitions([episode], doorOf(configuration, state.agent.sizes));
    online.append(transitions);
    state.rewards.see(transitions.rewards);
    state.episodes.append(episode);
    log.onlineSteps += episode.length;
    log.onlineEpisodes++;
  }

  /** Who acts: the agent, or chance in a warm-up that is to be random. */
  private policy(): Act {
    const { configuration, state, environment } = this.options;
    const { warmupSteps, warmupActions } = configuration.run;
    if (state.log.onlineSteps >= warmupSteps || warmupActions === "policy") return exploring(state.agent);
    return async () => randomAction(environment.actionSpace, state.streams.warmup);
  }

  /** @throws the error again, if it does not allow to go on */
  private async drop(error: unknown): Promise<void> {
    const { configuration, state, onDrop } = this.options;
    const { onEnvironmentFailure, episodeFailures } = configuration.run;
    if (!(error instanceof EnvironmentFailure) || onEnvironmentFailure === "stop") throw error;
    state.trajectory = null;
    if (++state.failures >= episodeFailures)
      throw new RunFailure(`${state.failures} online episodes in a row failed, the last so: ${error.message}`, {
        cause: error,
      });
    await this.renew(error);
    onDrop(`${error.what}. That episode is dropped; the run goes on with a fresh environment.`);
  }

  /** @throws EnvironmentFailure if no environment can be made after the failure */
  private async renew(failure: EnvironmentFailure): Promise<void> {
    try {
      await watched(this.options.state.watch, async () => this.options.environment.renew());
    } catch (error) {
      const reason = reasonIn((error as Error).cause ?? error);
      const hung = error instanceof EnvironmentFailure && error.hung;
      const what = `${failure.what}; and no fresh one could be made: ${reason}`;
      throw new EnvironmentFailure(what, { call: "play", hung, cause: error });
    }
  }
}
