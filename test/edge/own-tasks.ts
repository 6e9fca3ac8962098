import { vi } from "vitest";
import { accepted } from "../../server/src/contract/tasks.ts";
import { ask, type Edge, type Question, type Reply } from "./ask.ts";

/**
 * Adds a task through an edge that requires client certificates, without and with a header that names another caller,
 * and reads each in both ways. Resolves with the statuses of the reads: 200 if only the certificate decides who the
 * owner is. Requests above the edge's rate are retried.
 */
export async function ownTasks(
  edge: Edge,
  certificate: Question["clientCertificate"],
  header: string,
): Promise<number[]> {
  const within = { timeout: 30_000, interval: 500 };
  const send = (question: Question): Promise<Reply> =>
    vi.waitFor(async () => {
      const reply = await ask(edge, { ...question, ...(certificate && { clientCertificate: certificate }) });
      if (reply.status === 429) throw new Error(`429 ${reply.body}`);
      return reply;
    }, within);
  const forged = { [header]: 'Hash=00;Subject="CN=somebody-else"', "x-client-subject": "CN=somebody-else" };
  const statuses: number[] = [];
  for (const headers of [{}, forged]) {
    const added = await send({ method: "POST", path: "/api/add/own", headers });
    if (added.status !== 202) throw new Error(`${added.status} ${added.body}`);
    const path = `/api/tasks/${accepted.parse(JSON.parse(added.body)).id}`;
    for (const reader of [{}, forged]) statuses.push((await send({ path, headers: reader })).status);
  }
  return statuses;
}
