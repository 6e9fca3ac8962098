import { accepted } from "../../server/src/contract/tasks.ts";
import { ask, type Edge, type Question } from "./ask.ts";

/**
 * Adds a task through an edge that requires client certificates, without and with a header that names somebody else, and reads each in
 * both ways. Resolves with the statuses of the reads: 200 where the certificate alone says who the owner is.
 */
export async function ownTasks(
  edge: Edge,
  certificate: Question["clientCertificate"],
  header: string,
): Promise<number[]> {
  const send = (question: Question): Promise<{ status: number; body: string }> =>
    ask(edge, { ...question, ...(certificate && { clientCertificate: certificate }) });
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
