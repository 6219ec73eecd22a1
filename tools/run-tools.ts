/**
 * The developers' tools as one command line: `npm run parity` and the like. Users' installations do not have them. A
 * mistake is one sentence and exit code 2, as in `calql` itself.
 */
import { Command } from "commander";
import { exitCodeOf, speakInSentences } from "../src/cli/usage.js";
import { benchCommand } from "./bench/bench-command.js";
import { compareTorchCommand } from "./bench/compare-torch.js";
import { benchConvolutionsCommand } from "./bench/convolutions.js";
import { benchEvaluationCommand } from "./bench/evaluation-threads.js";
import { benchFramesCommand } from "./bench/frames.js";
import { benchStepsCommand } from "./bench/steps.js";
import { browserCheckCommand } from "./browser/browser-check.js";
import { chaosCommand } from "./chaos/chaos-command.js";
import { checkCostCommand } from "./chaos/check-cost.js";
import { enduranceCommand } from "./chaos/endurance.js";
import { sameBitsCommand } from "./chaos/same-bits.js";
import { validateEstimatesCommand } from "./estimation/estimates-command.js";
import { exactRegretCommand } from "./exact-regret/exact-regret-command.js";
import { unlearningFiguresCommand } from "./figures/unlearning-figures.js";
import { kitchenExpertsCommand } from "./kitchen/kitchen-experts.js";
import { parityCommand } from "./parity/parity-command.js";
import { benchServeCommand } from "./serve/bench-serve.js";
import { serveKillsCommand } from "./serve/serve-kills.js";
import { compareSpeedCommand } from "./speed/compare-speed.js";
import { doorsCommand } from "./speed/doors.js";

/** Runs a tool and returns its exit code. */
export async function runTools(words: readonly string[]): Promise<number> {
  const program = new Command("node build/tools/main.js").description("tools for working on calql");
  for (const command of [
    parityCommand,
    benchCommand,
    compareTorchCommand,
    benchConvolutionsCommand,
    benchFramesCommand,
    benchStepsCommand,
    benchServeCommand,
    benchEvaluationCommand,
    doorsCommand,
    compareSpeedCommand,
    exactRegretCommand,
    validateEstimatesCommand,
    unlearningFiguresCommand,
    kitchenExpertsCommand,
    chaosCommand,
    enduranceCommand,
    sameBitsCommand,
    checkCostCommand,
    serveKillsCommand,
    browserCheckCommand,
  ])
    program.addCommand(command);
  speakInSentences(program);
  return exitCodeOf(() => program.parseAsync([...words], { from: "user" }));
}
