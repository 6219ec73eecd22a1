/** For tests: runs a developers' tool in this process and says what a person would have seen. */
import { type Outcome, outcomeOf } from "../src/cli/command-line.fixture.js";
import { runTools } from "./run-tools.js";

export function tool(...words: string[]): Promise<Outcome> {
  return outcomeOf(runTools, words);
}
