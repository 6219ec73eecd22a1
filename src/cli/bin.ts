#!/usr/bin/env node
/**
 * The executable: passes the command-line arguments to main and its exit code to the system. A reader who leaves
 * early (calql ... | head, or the progress on stderr) is not an error.
 */
import { main } from "./main.js";

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));
