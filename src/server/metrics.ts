/**
 * What the server counts, in the text form that Prometheus reads (exposition format 0.0.4).
 */

/** Every metric with its type and meaning; names of counters end in _total. */
const declared = {
  calql_requests_total: ["counter", "Requests by route and status."],
  calql_request_seconds: ["histogram", "Seconds from a request's first line to its answer."],
  calql_decisions_total: ["counter", "Actions that were chosen, by version of the policy and by whose share."],
  calql_rewards_total: ["counter", "Rewards that were reported."],
  calql_episodes_ended_total: ["counter", "Episodes that ended, by how."],
  calql_policy_calls_total: ["counter", "Calls of policies, each for all requests that were waiting."],
  calql_shadow_failures_total: ["counter", "Decisions that the shadow could not make."],
  calql_policy_changes_total: ["counter", "Newer policies that were taken."],
  calql_policy_refusals_total: [
    "counter",
    "Newer policies that were not taken, because they are damaged or do not fit.",
  ],
  calql_open_episodes: ["gauge", "Episodes that are open."],
  calql_log_bytes: ["gauge", "Bytes of the log."],
  calql_torn_lines_total: ["counter", "Torn last lines that were cut off the log when the server started."],
  calql_canary_share: ["gauge", "The share of episodes that the second policy gets now."],
  calql_canary_reverted: ["gauge", "1 after the share went back to the first policy."],
  calql_canary_difference: [
    "gauge",
    "Mean return of the second policy less that of the first, with its interval, at the last look.",
  ],
} as const;

export type MetricName = keyof typeof declared;
export type Labels = Readonly<Record<string, string | number>>;

/** A number that is asked for when the text is written. */
export interface Gauge {
  readonly name: MetricName;
  readonly labels?: Labels;
  readonly value: number;
}

/** Upper ends in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export class Metrics {
  private readonly counts = new Map<string, number>();
  private readonly buckets = new Float64Array(BUCKETS.length + 1);
  private seconds = 0;

  count(name: MetricName, labels: Labels = {}, by = 1): void {
    const key = seriesName(name, labels);
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }

  /** @param seconds that a request took */
  observe(seconds: number): void {
    const bucket = BUCKETS.findIndex((end) => seconds <= end);
    this.buckets[bucket < 0 ? BUCKETS.length : bucket]!++;
    this.seconds += seconds;
  }

  /** @param gauges what is not counted but asked for */
  text(gauges: readonly Gauge[]): string {
    const series = [
      ...this.counts,
      ...gauges.map(({ name, labels = {}, value }) => [seriesName(name, labels), value] as const),
    ];
    return Object.entries(declared)
      .map(([name, [type, help]]) => {
        const lines =
          type === "histogram"
            ? this.histogram(name)
            : series
                .filter(([key]) => key === name || key.startsWith(`${name}{`))
                .map(([key, value]) => `${key} ${numberText(value)}\n`);
        return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
      })
      .join("");
  }

  private histogram(name: string): string[] {
    let sum = 0;
    const ends = [...BUCKETS.map(String), "+Inf"];
    const lines = ends.map((end, i) => {
      sum += this.buckets[i]!;
      return `${name}_bucket{le="${end}"} ${sum}\n`;
    });
    return [...lines, `${name}_sum ${this.seconds}\n`, `${name}_count ${sum}\n`];
  }
}

function seriesName(name: MetricName, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(String(value))}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}

/** An end of an interval that is not bounded is infinite, which Prometheus writes in its own way. */
function numberText(value: number): string {
  return String(value).replace(/^(-?)Infinity$/, (_, sign) => `${sign || "+"}Inf`);
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
