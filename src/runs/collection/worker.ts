/** The thread of a collection: plays the episodes that it is asked for, one after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { episodePlayer } from "../../environments/collect-task.js";
import type { TaskCollection } from "../../environments/family.js";
import type { EpisodeRequest } from "./collection-thread.js";

const player = await episodePlayer(workerData as TaskCollection);

parentPort!.on("message", async ({ number, limit }: EpisodeRequest) => {
  parentPort!.postMessage(await player.play(number, limit));
});
