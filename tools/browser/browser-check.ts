/**
 * `npm run browser-check`: trains in a real browser, and the same in Node.js with the same WebAssembly runtime, and
 * compares what comes out. The bundle is what a user of `calql/browser` makes with plain esbuild; the browser is a
 * headless Chromium (of Debian, or named by CHROMIUM), which hands its figures back over HTTP.
 */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { build } from "esbuild";
import { textTable } from "../../src/cli/text-table.js";
import { RunFailure } from "../../src/errors.js";

/** What a run of the page hands back. */
interface Outcome {
  readonly failure?: string;
  readonly where: string;
  readonly status: string;
  readonly success: number;
  readonly updates: number;
  readonly onlineSteps: number;
  readonly seconds: number;
  /** SHA-256 of the policy's ONNX model. */
  readonly policy: string;
}

const program = `
  import * as ort from "onnxruntime-web/wasm";
  import { collectTask, trainInMemory, useRuntime } from "calql/browser";
  export async function run(where) {
    ort.env.wasm.numThreads = 1;
    useRuntime(ort);
    const task = "pointmaze-umaze";
    const dataset = await collectTask({ task, steps: 2000, seed: 0 });
    const begun = performance.now();
    const record = await trainInMemory(
      { task, agent: "cal-ql", preset: "laptop", offlineUpdates: 200, onlineSteps: 200, evaluationEpisodes: 2, threads: 1 },
      { dataset },
    );
    const seconds = (performance.now() - begun) / 1000;
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", record.model));
    const policy = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const last = record.evaluations.at(-1);
    return { where, status: record.ending.status, success: last.success, updates: last.updates, onlineSteps: last.onlineSteps, seconds, policy };
  }`;

const inThePage = `
  import { run } from "./program.mjs";
  const send = (outcome) => fetch("/outcome", { method: "POST", body: JSON.stringify(outcome) });
  run("Chromium").then(send, (error) => send({ failure: String(error?.stack ?? error) }));`;

export const browserCheckCommand = new Command("browser-check")
  .description("train in a headless Chromium and in Node.js, and compare what comes out")
  .action(async () => {
    const folder = mkdtempSync(join(tmpdir(), "calql-browser-"));
    try {
      await bundle(folder);
      const browser = await inChromium(folder);
      const node = await inNode(folder);
      process.stdout.write(tableOf([browser, node]));
      if (browser.policy !== node.policy)
        throw new RunFailure("The browser's policy is not that of Node.js; the two did not do the same.");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

async function bundle(folder: string): Promise<void> {
  const result = await build({
    stdin: { contents: program, resolveDir: process.cwd() },
    bundle: true,
    platform: "browser",
    format: "esm",
    outfile: join(folder, "program.mjs"),
    logLevel: "silent",
  });
  if (result.warnings.length > 0) throw new RunFailure(`esbuild warns: ${result.warnings[0]!.text}`);
  const require = createRequire(join(process.cwd(), "package.json"));
  const served = (module: string, names: readonly string[]) => {
    const from = dirname(require.resolve(module));
    for (const name of names) copyFileSync(join(from, name), join(folder, name));
  };
  served("@mujoco/mujoco", ["mujoco.js", "mujoco.wasm"]);
  served("onnxruntime-web/wasm", ["ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"]);
  writeFileSync(join(folder, "page.mjs"), inThePage);
  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="page.mjs"></script>');
}

async function inNode(folder: string): Promise<Outcome> {
  const { run } = (await import(pathToFileURL(join(folder, "program.mjs")).href)) as {
    run(where: string): Promise<Outcome>;
  };
  return run("Node.js");
}

/** Serves the folder, opens the page and waits for what it hands back. @throws RunFailure for what went wrong in it */
async function inChromium(folder: string): Promise<Outcome> {
  const { server, outcome } = await serve(folder);
  const { port } = server.address() as AddressInfo;
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  const chromium = process.env.CHROMIUM ?? "chromium";
  const browser = spawn(
    chromium,
    [...flags, `--user-data-dir=${join(folder, "profile")}`, `http://127.0.0.1:${port}/`],
    {
      stdio: "ignore",
    },
  );
  const missing = new Promise<never>((_, reject) =>
    browser.once("error", (error) => reject(new RunFailure(`${chromium} cannot be started (${error.message}).`))),
  );
  try {
    const found = await Promise.race([outcome, missing]);
    if (found.failure !== undefined) throw new RunFailure(`The page failed: ${found.failure}`);
    return found;
  } finally {
    browser.kill();
    await new Promise((resolve) => browser.once("close", resolve));
    server.close();
  }
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

async function serve(folder: string): Promise<{ readonly server: Server; readonly outcome: Promise<Outcome> }> {
  let hand: (outcome: Outcome) => void = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
    hand = resolve;
  });
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      void bodyOf(request).then((body) => hand(JSON.parse(body) as Outcome));
      response.end();
      return;
    }
    const name = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
    const type = types[extname(name)];
    if (type === undefined || name.includes("/")) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": type }).end(readFileSync(join(folder, name)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, outcome };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request) body += piece;
  return body;
}

function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => [
    outcome.where,
    outcome.status,
    `${outcome.updates} updates, ${outcome.onlineSteps} steps`,
    outcome.seconds.toFixed(1),
    outcome.policy.slice(0, 16),
  ]);
  return textTable([["where", "ended", "trained", "seconds", "policy"], ...rows]);
}
