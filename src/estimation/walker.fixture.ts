/** Logs with known worths: a row of five cells of which the last one's end pays 1, and a walker that turns around now and then. */
import { type Episode, packEpisode, stateOf } from "../data/episode.js";
import { RandomStream } from "../random.js";

export const cells = 5;
export const discount = 0.9;
const place = (cell: number) => Float32Array.from({ length: cells }, (_, i) => Number(i === cell));

/** Walks from a random cell: action 1 goes on, and out of the last cell for 1; action 0 goes back, or stays in the first. */
function logged(random: RandomStream, discrete: boolean): Episode {
  let cell = random.integer(cells);
  const observations = [place(cell)];
  const [actions, rewards]: [Float32Array[], number[]] = [[], []];
  for (let step = 0; step < 30; step++) {
    const onward = random.uniform() < 0.6;
    actions.push(Float32Array.of(discrete ? Number(onward) : (onward ? 1 : -1) * (0.5 + random.uniform() / 2)));
    const done = onward && cell === cells - 1;
    rewards.push(done ? 1 : 0);
    cell = done ? cell : Math.max(0, cell + (onward ? 1 : -1));
    observations.push(place(cell));
    if (done) return packEpisode(observations, actions, rewards, true);
  }
  return packEpisode(observations, actions, rewards, false);
}

/** Worth of walking straight on, from a cell. */
export const straight = (cell: number) => discount ** (cells - 1 - cell);
export function dataset(discrete: boolean, count = 150) {
  const random = new RandomStream(3, "test");
  return { episodes: Array.from({ length: count }, () => logged(random, discrete)) };
}

/** The mean of a worth over the cells where the episodes begin. */
export function atStarts({ episodes }: { episodes: readonly Episode[] }, worth: (cell: number) => number): number {
  const starts = episodes.map(({ observations }) => stateOf(observations).indexOf(1));
  return starts.reduce((sum, cell) => sum + worth(cell), 0) / starts.length;
}
