/** What no client should send: 10,000 damaged bodies get 4xx, and nothing else changes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { RandomStream } from "../random.js";
import { logFile } from "./recover.js";
import { alwaysChooses, post, Servers } from "./server.fixture.js";

const servers = new Servers();
afterAll(() => servers.close());

/** Values that are right in no place of a body. */
const wrong = [
  "null",
  "{}",
  "[]",
  "1e999",
  "-1e39",
  "[[1,2]]",
  "[1]",
  "[1,2,3]",
  '[1,"2"]',
  "[1,null]",
  "[null,{}]",
  '"\\ud800"',
  `"${"x".repeat(201)}"`,
  "123",
  '{"state":[1,2],"other":[1]}',
];
const bodies = [
  ["/act", ["episode", "observation", "stochastic"], ['"a"', "[1,2]", "true"]],
  ["/reward", ["decision", "reward"], ['"a#0"', "2"]],
  ["/end", ["episode", "how", "observation"], ['"a"', '"terminated"', "[1,2]"]],
] as const;

/** A body that no server should take: a wrong value, a misspelt key, a byte or a piece too few, another structure. */
function damaged(random: RandomStream): readonly [route: string, body: string | Uint8Array] {
  const [route, keys, values] = bodies[random.integer(bodies.length)]!;
  const pairs: [string, string][] = keys.map((key, i) => [key, values[i]!]);
  const text = () => `{${pairs.map(([key, value]) => `"${key}":${value}`).join(",")}}`;
  const at = random.integer(pairs.length);
  switch (random.integer(7)) {
    case 0: {
      const fitting = wrong.filter((value) => pairs[at]![0] !== "reward" || !/^123$/.test(value));
      pairs[at]![1] = fitting[random.integer(fitting.length)]!;
      return [route, text()];
    }
    case 1:
      pairs[at]![0] = `${keys[at]}${random.integer(10)}`;
      return [route, text()];
    case 2:
      return [route, text().slice(0, random.integer(text().length - 1))];
    case 3:
      return [route, `[${text()}]`];
    case 4: {
      const bytes = new TextEncoder().encode(text());
      bytes[random.integer(bytes.length)] = 0x80 + random.integer(0x80);
      return [route, bytes];
    }
    case 5:
      return [route, `{"batch":${route === "/act" ? `[${text()},${wrong[random.integer(wrong.length)]}]` : text()}}`];
    default:
      pairs.push([`__proto__`, '{"episode":"a"}']);
      return [route, text()];
  }
}

it("10,000 damaged bodies are refused, and the log, the episodes and the next answer are as before", async () => {
  const log = servers.at("log");
  const server = await servers.start({ policy: servers.file("policy.onnx", alwaysChooses(2)), log, rate: 1e6 });
  await post(server, "/act", { episode: "a", observation: [1, 2] });
  const before = readFileSync(join(log, logFile), "utf8");
  const random = new RandomStream(17, "rubbish");
  const statuses = new Map<number, number>();
  for (let i = 0; i < 10_000; i++) {
    const [route, body] = damaged(random);
    const { status, text } = await post(server, route, body);
    if (status < 400 || status > 499) expect.fail(`${route} took ${body} with ${status}: ${text}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect(readFileSync(join(log, logFile), "utf8")).toBe(before);
  expect(statuses.get(400)).toBeGreaterThan(9_000);
  expect((await post(server, "/act", { episode: "a", observation: [1, 2] })).body).toMatchObject({
    step: 1,
    action: 2,
  });
  expect(Object.keys(Object.prototype)).toEqual([]);
});
