/**
 * A bare hono server that answers with the JSON it was sent: what serving over HTTP costs without a policy.
 */
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();
app.post("/act", async (c) => c.json(await c.req.json()));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
  process.stdout.write(`at http://127.0.0.1:${port};\n`);
});
