import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "@analyze/certs";
import { UserError } from "@analyze/common/errors";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listen } from "../../test/load/backend.ts";
import { freePort } from "../../test/support/ports.ts";
import { requireClient, requirePorts } from "./preflight.ts";

const servers: Server[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(servers.splice(0).map(async (server) => once(server.close(), "close")));
});

/** A port that another program has. */
async function taken(): Promise<number> {
  const server = createServer();
  servers.push(server);
  return listen(server);
}

const names = [
  "START_PORT",
  "START_WORKER_PORT",
  "START_METRICS_PORT",
  "START_WORKER_METRICS_PORT",
  "START_PAGE_PORT",
] as const;
type Ports = Record<(typeof names)[number], number>;

async function ports(changes: Partial<Ports> = {}): Promise<Ports> {
  const free = await Promise.all(names.map(() => freePort()));
  const [one = 0, two = 0, three = 0, four = 0, five = 0] = free;
  const all = { START_PORT: one, START_WORKER_PORT: two, START_METRICS_PORT: three };
  return { ...all, START_WORKER_METRICS_PORT: four, START_PAGE_PORT: five, ...changes };
}

describe("the ports", () => {
  // No record of an earlier start is in this folder.
  beforeEach(() => {
    vi.spyOn(process, "cwd").mockReturnValue(mkdtempSync(join(tmpdir(), "preflight-")));
  });

  it("are free afterwards", async () => {
    const all = await ports();
    await requirePorts(all);
    await expect(requirePorts(all)).resolves.toBeUndefined();
  });

  it("are all named if several are taken, each with the variable that changes it", async () => {
    const [web, page] = [await taken(), await taken()];
    const failed = requirePorts(await ports({ START_PORT: web, START_PAGE_PORT: page }));
    await expect(failed).rejects.toBeInstanceOf(UserError);
    await expect(failed).rejects.toThrow(
      new RegExp(
        `^port ${web} is taken by another program: .* START_PORT=\\d+ npm start\\nport ${page} .* START_PAGE_PORT=`,
      ),
    );
  });

  it("may not be given twice", async () => {
    const port = await freePort();
    await expect(requirePorts(await ports({ START_PORT: port, START_PAGE_PORT: port }))).rejects.toThrow(
      `port ${port} is given to START_PORT too: choose another one, for example START_PAGE_PORT=`,
    );
  });

  it.each([
    [64_535, 65_535],
    [64_536, 63_536],
    [65_535, 64_535],
  ])("are replaced by one that exists: %i by %i", async (port, other) => {
    const twice = await ports({ START_PORT: port, START_PAGE_PORT: port });
    await expect(requirePorts(twice)).rejects.toThrow(`START_PAGE_PORT=${other} npm start`);
  });
});

const newLog = (): string => join(mkdtempSync(join(tmpdir(), "preflight-log-")), "analyze.log");

describe("the client", () => {
  const caFile = join(mkdtempSync(join(tmpdir(), "preflight-ca-")), "ca.crt");
  beforeAll(async () => {
    writeFileSync(caFile, (await createAuthority({ hosts: ["analyze.test"] })).certificate);
  });
  const settings = (log: string): Record<string, string> => ({
    ANALYZE_CA_FILE: caFile,
    ANALYZE_URL: "https://analyze.test",
    ANALYZE_PLACE: "start",
    ANALYZE_LOG: log,
  });

  it("may start where its settings and its log are right; the check keeps no lock", async () => {
    const log = newLog();
    await requireClient(settings(log));
    await expect(requireClient(settings(log))).resolves.toBeUndefined();
  });

  it.each([
    ["settings that it rejects", { ANALYZE_SCHEDULE: "never" }, /ANALYZE_SCHEDULE/],
    ["a log that cannot be opened", { ANALYZE_LOG: tmpdir() }, /EISDIR/],
    ["a CA that is not there", { ANALYZE_CA_FILE: "/nowhere/ca.crt" }, /ca\.crt/],
  ])("is refused with %s", async (_, change, message) => {
    const failed = requireClient({ ...settings(newLog()), ...change });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(UserError);
  });
});
