/** The executable of the developers' tools. */
import { runTools } from "./run-tools.js";

process.exitCode = await runTools(process.argv.slice(2));
