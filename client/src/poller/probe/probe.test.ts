import { afterAll, beforeAll, expect, test } from "vitest";
import { headers } from "@analyze/server/contract";
import { issueServerLeaf } from "@analyze/certs";
import { goodAnswer, host, openStage, overTls, type Handler, type Stage } from "../../../test/stage.ts";
import { allowanceFor, probe, type Probed, type Question } from "./probe.ts";
import { runLine } from "./run-line.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage.close());

async function ask(question: Question = { kind: "analyze", text: "a" }): Promise<Probed> {
  const allowance = { attemptMs: 8000, pauseMs: 1, inspectMs: 5000 };
  return probe({ target: stage.target, question, requestId: "host-60", allowance, trusted: undefined });
}

test("a second attempt that is good makes the slot flaky, with what the first failed with", async () => {
  const ids: unknown[] = [];
  const sockets = new Set<unknown>();
  const recovering: Handler = (request, response, body) => {
    ids.push(request.headers[headers.requestId]);
    sockets.add(request.socket);
    if (ids.length === 1) response.writeHead(503).end();
    else goodAnswer(request, response, body);
  };
  stage.play(overTls(stage.leaf, recovering));
  const line = runLine(60_000, 60_004, "host-60", await ask());
  expect(line).toMatchObject({ kind: "flaky", hop: "app", status: 200, try: 2, first: "upstream:HTTP-503" });
  expect(line.err).toBeUndefined();
  expect(ids).toEqual(["host-60", "host-60"]);
  expect(sockets.size).toBe(2);
});

test("no session is resumed: a certificate that was exchanged is seen by the very next attempt", async () => {
  stage.play(overTls(stage.leaf, goodAnswer));
  const before = (await ask()).attempts[0]?.certificate?.fingerprint;
  stage.play(overTls(await issueServerLeaf(stage.authority, { hosts: [host] }), goodAnswer));
  const after = (await ask()).attempts[0]?.certificate?.fingerprint;
  expect(before).toMatch(/^([0-9A-F]{2}:){31}/);
  expect(after).toMatch(/^([0-9A-F]{2}:){31}/);
  expect(after).not.toBe(before);
});

function numbered(number: number): Handler {
  return (_request, response) => void response.end(JSON.stringify({ number }));
}

test("GET /random is checked by its range", async () => {
  stage.play(overTls(stage.leaf, numbered(100)));
  expect((await ask({ kind: "random" })).verdict).toEqual({ hop: "app", out: "100" });
  stage.play(overTls(stage.leaf, numbered(101)));
  expect((await ask({ kind: "random" })).verdict).toMatchObject({ err: "not-the-contract" });
});

test("whatever the schedule, a probe at its slowest ends before the next slot is due", () => {
  for (const period of [1000, 5000, 60_000, 86_400_000]) {
    const { attemptMs, pauseMs, inspectMs } = allowanceFor(period);
    expect(2 * attemptMs + pauseMs + inspectMs).toBeLessThan(period);
  }
});
