import { once } from "node:events";
import { connect } from "node:net";
import { startProgram } from "../../test/support/program.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findingsOnTheWay } from "../src/poller/doctor/way.ts";
import { formatLine, maxTextLength } from "../src/line/format.ts";
import { parseLine } from "../src/line/parse.ts";
import { places, type Place } from "../src/poller/config.ts";
import { advise } from "../src/poller/probe/advice.ts";
import { probe, type Probed } from "../src/poller/probe/probe.ts";
import { runLine } from "../src/poller/probe/run-line.ts";
import type { Advice } from "../src/poller/probe/situation.ts";
import type { Target } from "../src/poller/probe/target.ts";
import { faults } from "./faults/index.ts";
import { goodAnswer, openStage, overTls, type Stage } from "./stage.ts";

const slot = Date.UTC(2026, 10, 21, 6, 21);
const requestId = "host-1795242060";
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage.close());

async function ask(target: Target, attemptMs: number): Promise<Probed> {
  const question = { kind: "analyze", text: "Hello, how are you?" } as const;
  const allowance = { attemptMs, pauseMs: 1, inspectMs: 5000 };
  return probe({ target, question, requestId, userAgent: "analyze-client/0.0.0", allowance, trusted: undefined });
}

const everywhere = ["getent", "ip", "openssl", "export"];

/** The programs available at each place; a host has neither a checkout nor access to the cluster. */
const programs: Record<Place, string[]> = {
  host: ["curl", "timedatectl"],
  start: ["npm", "tail", "grep", "env", "date"],
  compose: ["docker", "npm", "date"],
  kubernetes: ["kubectl", "npm", "env", "date"],
};

const commands = Object.fromEntries(
  places.map((place) => [place, new RegExp(`^(${[...everywhere, ...programs[place]].join("|")})\\b`)]),
);

function adviceAt(place: Place, target: Target, { attempts, verdict, shown }: Probed): Advice {
  const attempt = attempts.at(-1);
  const caFile = "/etc/analyze/ca.crt";
  const situation = { verdict, shown, requestId, trusted: undefined, now: Date.now() };
  const advice = attempt && advise({ ...situation, attempt, target: { ...target, place, caFile } });
  if (advice === undefined) throw new Error("no advice");
  return advice;
}

describe("log and doctor name the hop, the hint has a command, and the next probe after the repair is good", () => {
  it.each(faults)("$name", async ({ strike, hop, err, hint, line: more, never, silent }) => {
    const changed = (await strike(stage)) ?? {};
    const probed = await ask({ ...stage.target, ...changed }, silent ? 700 : 8000);
    const line = runLine(slot, slot + 3, requestId, probed);
    expect(line).toMatchObject({ kind: "FAIL", hop, try: 2, late: 3 });
    expect(line.err).toMatch(err);
    expect(line.hint).toMatch(hint);
    expect(line).toMatchObject(more ?? {});

    const written = formatLine(line);
    expect(written.indexOf("\n")).toBe(written.length - 1);
    expect(parseLine(written)).toMatchObject({ kind: "FAIL", hop, err: line.err, hint: line.hint });

    const findings = [...findingsOnTheWay({ ...stage.target, ...changed }, probed)];
    expect(findings.at(-1)).toMatchObject({ name: hop, state: "broken", next: expect.stringMatching(/\w/) });
    expect(findings.filter(({ state }) => state === "broken")).toHaveLength(1);
    expect(JSON.stringify([line, findings])).not.toMatch(never ?? /^$/);

    for (const place of places) {
      const { means, next } = adviceAt(place, { ...stage.target, ...changed }, probed);
      expect(next).toMatch(commands[place] ?? /^$/);
      expect(`${means}: ${next}`.length).toBeLessThanOrEqual(maxTextLength);
    }

    await stage.open();
    stage.play(overTls(stage.leaf, goodAnswer));
    const repaired = runLine(slot, slot, requestId, await ask(stage.target, 8000));
    expect(repaired).toMatchObject({ kind: "ok", hop: "app", status: 200, try: 1, err: undefined, hint: undefined });
  });
});

it("reports a machine that does not accept connections as silent, at tcp", async () => {
  const listener = `require("node:net").createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, function () {
    console.log("port=" + this.address().port);
  })`;
  const silent = startProgram(process.execPath, ["-e", listener]);
  const [, port] = await silent.waitFor(/port=(\d+)/);
  silent.child.kill("SIGSTOP");
  // A stopped process accepts nothing, and the kernel's backlog for it is soon full.
  const waiting = [1, 2, 3, 4].map(() => connect(Number(port), "127.0.0.1").on("error", () => undefined));
  await Promise.race(waiting.map(async (socket) => once(socket, "connect")));

  const address = { ip: "127.0.0.1", family: 4, port: Number(port) } as const;
  const { verdict, advice } = await ask({ ...stage.target, address }, 700);
  for (const socket of waiting) socket.destroy();
  await silent.stop("SIGKILL");
  expect(verdict).toEqual({ hop: "tcp", err: "TIMEOUT" });
  expect(advice?.means).toMatch(/no answer: check firewall/);
});
