import autocannon from "autocannon";

/** One measurement: a closed loop of connections that POST the same body and compare every answer. */
export interface LoadJob {
  readonly url: string;
  readonly body: string;
  /** The exact bytes of a right answer, as text. */
  readonly expected: string;
  readonly connections: number;
  /** How many to send in all. */
  readonly requests: number;
}

export interface LoadResult {
  /** Answers with 200 and the expected body. */
  readonly right: number;
  /** Answers with another status or another body. */
  readonly wrong: number;
  /** Requests that failed or timed out without an answer. */
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly seconds: number;
}

/** Value below which a share of the sorted values lies. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function run(job: LoadJob): Promise<LoadResult> {
  const times: number[] = [];
  const started = performance.now();
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(
      {
        url: job.url,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: job.body,
        expectBody: job.expected,
        connections: job.connections,
        amount: job.requests,
        timeout: 10,
      },
      (error: unknown, done) => (error ? reject(error) : resolve(done)),
    );
    instance.on("response", (_client, _status, _bytes, ms) => times.push(ms));
  });
  const sorted = Float64Array.from(times).sort();
  // An error's body never equals the expected one, so another status is counted here too.
  const wrong = result.mismatches;
  return {
    right: times.length - wrong,
    wrong,
    errors: result.errors,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    seconds: (performance.now() - started) / 1000,
  };
}

process.once("message", (job: LoadJob) => {
  void run(job).then((result) => process.send?.(result, () => process.disconnect?.()));
});
// The bench has gone, and its servers with it.
process.once("disconnect", () => process.exit());
