import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { accepted } from "@analyze/server/contract/tasks";
import { ask } from "../edge/ask.ts";
import { startProgram } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";

const scripts = join(import.meta.dirname, "../../scripts");

describeWith(["redis-server", "ferretdb"], "npm start with a Redis server and a MongoDB server on the PATH", () => {
  it("starts them, accepts tasks and documents, and leaves neither processes nor folders behind", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "start-redis-"));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    const ports = {
      START_PORT: "18443",
      START_WORKER_PORT: "18481",
      START_METRICS_PORT: "18490",
      START_WORKER_METRICS_PORT: "18491",
      START_PAGE_PORT: "18444",
    };
    const { REDIS_URL: _, MONGODB_URL: __, ...env } = process.env;
    const folders = (): string[] => readdirSync(cwd).filter((name) => /^analyze-(?:redis|mongodb)-/.test(name));
    const started = startProgram(process.execPath, [join(scripts, "start/main.ts")], {
      cwd,
      env: { ...env, ...ports, TMPDIR: cwd, MONGODB_TIMEOUT_MS: "20000" },
    });
    onTestFinished(() => started.stop().then(() => undefined));
    await started.waitFor(/tasks +kept in a private .*-server until all ends/, 40_000);
    const ca = readFileSync(join(cwd, "certs/issued/ca.crt"), "utf8");
    const edge = { url: "https://localhost:18443", address: "127.0.0.1:18443", clearAddress: "127.0.0.1:1", ca };
    const { status, body } = await ask(edge, { method: "POST", path: "/api/add/task1" });
    expect(status).toBe(202);
    const { id } = accepted.parse(JSON.parse(body));
    const log = (): string => readFileSync(join(cwd, "logs/worker.log"), "utf8");
    await expect.poll(log, { timeout: 10_000 }).toMatch(new RegExp(`"id":"${id}".*"Completed task"`));
    const stored = await ask(edge, {
      method: "POST",
      path: "/data",
      headers: { "content-type": "application/json" },
      body: '{"name":"Ada"}',
    });
    expect([stored.status, stored.body]).toEqual([201, expect.stringContaining('"document":{"name":"Ada"}')]);
    expect(folders()).toHaveLength(2);
    // The client, which starts last, handles signals by then.
    await started.waitFor(/Z ok /, 40_000);
    const command = async (...args: string[]): Promise<string> => {
      const [script = "", ...rest] = args;
      const program = startProgram(process.execPath, [join(scripts, script), ...rest], { cwd, env });
      await program.ended;
      return program.output();
    };
    expect(await command("tasks.ts", "list", "--state", "completed")).toContain(id);
    expect(await command("data.ts", "backup", "documents.gz")).toMatch(/^documents\.gz: 1 document$/m);
    expect(await started.stop()).toBe(0);
    expect(folders()).toEqual([]);
    expect(await command("tasks.ts", "list")).toMatch(/npm start has ended/);
  });
});
