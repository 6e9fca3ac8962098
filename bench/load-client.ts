import autocannon from "autocannon";

/** One measurement: a closed loop of connections that POST the same body and compare every answer. */
export interface LoadJob {
  readonly url: string;
  readonly body: string;
  /** The exact bytes of a correct answer, as text. */
  readonly expected: string;
  readonly connections: number;
  /** Total number of requests. */
  readonly requests: number;
}

export interface LoadResult {
  /** Answers with 200 and the expected body. */
  readonly right: number;
  /** Answers with another status or another body. */
  readonly wrong: number;
  /** Requests that failed or timed out without an answer. */
  readonly errors: number;
}

async function run(job: LoadJob): Promise<LoadResult> {
  let answers = 0;
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
    instance.on("response", () => answers++);
  });
  // An error's body never equals the expected one, so errors are counted here too.
  const wrong = result.mismatches;
  return { right: answers - wrong, wrong, errors: result.errors };
}

process.once("message", (job: LoadJob) => {
  void run(job).then((result) => process.send?.(result, () => process.disconnect?.()));
});
// The bench has ended, and its servers with it.
process.once("disconnect", () => process.exit());
