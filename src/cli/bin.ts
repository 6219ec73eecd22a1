#!/usr/bin/env node
/**
 * The executable: hands the words of the command line to main and its exit code to the system. A reader who leaves
 * early (calql ... | head, or the progress on stderr) is no fault.
 */
import { main } from "./main.js";

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));
