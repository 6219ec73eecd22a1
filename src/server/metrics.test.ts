/** The metrics as Prometheus reads them, and what they show: requests that wait together are one call of the policy. */
import { afterAll, expect, it } from "vitest";
import { Metrics } from "./metrics.js";
import { alwaysChooses, get, post, Servers } from "./server.fixture.js";

const servers = new Servers();
afterAll(() => servers.close());

it("64 requests at once are one call of the policy, and each has its own answer", async () => {
  const server = await servers.start({ policy: servers.file("policy.onnx", alwaysChooses(2)) });
  const episodes = Array.from({ length: 64 }, (_, i) => `episode-${i}`);
  const answers = await Promise.all(episodes.map((episode) => post(server, "/act", { episode, observation: [0, 0] })));
  expect(answers.map(({ body }) => body.episode)).toEqual(episodes);
  const { text } = await get(server, "/metrics");
  expect(text).toMatch(/^calql_decisions_total\{policy="[0-9a-f]{12}",role="main"\} 64$/m);
  const calls = Number(/^calql_policy_calls_total\{role="main"\} (\d+)$/m.exec(text)![1]);
  expect(calls).toBeLessThanOrEqual(8);
  expect(text).toMatch(/^calql_requests_total\{route="\/act",status="200"\} 64$/m);
});

it("every line is of the text form: help and type before the values, labels in quotation marks", async () => {
  const metrics = new Metrics();
  metrics.count("calql_requests_total", { route: 'a"b\\c\nd', status: 200 }, 3);
  for (const seconds of [0.0005, 0.001, 0.004, 7]) metrics.observe(seconds);
  const text = metrics.text([{ name: "calql_open_episodes", value: 2 }]);
  const label = '[a-z]+="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
  const line = new RegExp(`^# (HELP|TYPE) calql_\\w+ .+$|^calql_\\w+(\\{${label}(,${label})*\\})? [-+\\d.e]+$`);
  for (const one of text.trimEnd().split("\n")) expect(one).toMatch(line);
  expect(text).toContain('calql_requests_total{route="a\\"b\\\\c\\nd",status="200"} 3\n');
  expect(text).toContain("# TYPE calql_request_seconds histogram\n");
  const buckets = [...text.matchAll(/_bucket\{le="([^"]+)"\} (\d+)/g)].map(([, end, count]) => [end, Number(count)]);
  expect(buckets.filter(([end]) => ["0.001", "0.0025", "0.005", "5", "+Inf"].includes(end as string))).toEqual([
    ["0.001", 2],
    ["0.0025", 2],
    ["0.005", 3],
    ["5", 3],
    ["+Inf", 4],
  ]);
  expect(text).toContain("calql_request_seconds_count 4\n");
  expect(text).toContain("calql_open_episodes 2\n");
});

it("an interval without bounds has the infinities of the text form", () => {
  const bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const gauges = Object.entries(bounds).map(([bound, value]) => {
    return { name: "calql_canary_difference", labels: { bound }, value } as const;
  });
  const lines = new Metrics().text(gauges).match(/^calql_canary_difference.*$/gm);
  expect(lines).toEqual(['calql_canary_difference{bound="low"} -Inf', 'calql_canary_difference{bound="high"} +Inf']);
});
