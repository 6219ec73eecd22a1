/** The bounds of actions in D4RL files: they come back, and what cannot be bounds is refused. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../errors.js";
import type { Dataset } from "../../episode.js";
import { randomDataset } from "../../example-data.fixture.js";
import { readD4RL } from "./d4rl.js";
import { writeD4RL } from "./d4rl-writer.js";

const plain = randomDataset(1, [5, 3], { observationSize: 3, actionSize: 2 });
const actionBounds = { low: Float32Array.of(0, -5.5), high: Float32Array.of(100, 5) };

const again = async (dataset: Dataset, metadata = {}) => readD4RL(await writeD4RL(dataset, metadata), "written.hdf5");

describe("the bounds of actions in a D4RL file", () => {
  it("come back as the dataset has them", async () => {
    const found = await again({ ...plain, actionBounds }, { task: "fans", zoom: 3 });
    expect(found).toEqual({ ...plain, actionBounds, source: "written.hdf5" });
    expect(await again(plain)).not.toHaveProperty("actionBounds");
  });

  it("are refused where they are no bounds of these actions", async () => {
    const { low, high } = actionBounds;
    const turned = again({ ...plain, actionBounds: { low: high, high: low } });
    await expect(turned).rejects.toThrow(
      '"written.hdf5": "metadata/action_low" and "metadata/action_high" must be 2 numbers each, none of the first above',
    );
    const short = again({ ...plain, actionBounds: { low, high: Float32Array.of(1) } });
    await expect(short).rejects.toThrow(/has bounds of 2 and 1 number for actions of 2; give one for each\.$/);
  });

  it("are the dataset's to tell, not the metadata's", async () => {
    const told = again(plain, { action_low: 3 });
    await expect(told).rejects.toThrow(UsageError);
    await expect(told).rejects.toThrow("Metadata cannot say action_low");
  });
});
