/** Loaded before a program (node --require): writes the peak resident memory of its process, in KiB, when it exits. */
import fs = require("node:fs");

process.on("exit", () => {
  fs.writeSync(2, `\npeak ${process.resourceUsage().maxRSS}`);
});
