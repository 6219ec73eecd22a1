import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PolicyFile } from "../../agents/policy-file.js";
import { vectorOf } from "../environment.js";
import { makeSync } from "../sync.fixture.js";
import { guideAnt } from "./ant-guide.js";

const policyPath = new URL("../../../assets/ant-policy.onnx", import.meta.url);

describe("the guide through an ant maze", () => {
  it("leads the walking policy to the goal that a random ant never sees", async () => {
    const policy = await PolicyFile.load(readFileSync(policyPath), "ant-policy.onnx");
    const environment = guideAnt(await makeSync("antmaze-umaze"));
    let successes = 0;
    for (let seed = 0; seed < 4; seed++) {
      let { observation } = await environment.reset({ seed });
      for (;;) {
        const result = await environment.step(await policy.act(vectorOf(observation)));
        observation = result.observation;
        if (result.info.success) successes++;
        if (result.terminated || result.truncated) break;
      }
    }
    expect(successes).toBeGreaterThanOrEqual(2);
    environment.close();
    await policy.release();
  });

  it("knows ant mazes alone", async () => {
    const environment = await makeSync("gridworld-cliff");
    expect(() => guideAnt(environment)).toThrow(
      "There is no guide through gridworld-cliff; only the ant mazes have one",
    );
    environment.close();
  });
});
