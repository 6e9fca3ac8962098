import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { pathsOf } from "../../certs/src/index.ts";
import { describeWith } from "../support/requirements.ts";
import { startService, type RunningService } from "../support/services.ts";
import { issue } from "./certificates.ts";
import { replaceUnderProbes } from "./replacement.ts";
import { startStack } from "./stack.ts";

/** The lines that are neither a good probe nor the client's start and end. */
function faultsIn(lines: string[]): string[] {
  return lines.filter((line) => !/^\S+Z (start|ok|stop) /.test(line));
}

describe("replacing the CA, where web terminates TLS", () => {
  const running: RunningService[] = [];
  let dir: string;
  afterEach(async () => {
    for (const service of running.splice(0)) await service.stop();
    rmSync(dir, { recursive: true });
  });

  /** Worker, and a web that terminates TLS with the files of the folder, as in npm start. */
  async function startTls(): Promise<string> {
    dir = (await issue()).dir;
    const { certificate, key } = pathsOf(dir, "tls");
    const worker = await startService("worker", { DRAIN_DELAY_MS: "0" });
    const env = { WORKER_URL: `http://127.0.0.1:${worker.port}`, TLS_CERT_FILE: certificate, TLS_KEY_FILE: key };
    const web = await startService("web", { DRAIN_DELAY_MS: "0", ...env });
    running.push(web, worker);
    return `https://analyze.test:${web.port}`;
  }

  it("fails no probe of a client that gets each ca.crt", async () => {
    const url = await startTls();
    const { lines, leaves } = await replaceUnderProbes({ dir, url, follows: true, install: () => undefined });
    expect(faultsIn(lines)).toEqual([]);
    expect([leaves, lines.length > 10]).toEqual([2, true]);
  });

  it("fails every probe, from the switch on, of a client that does not", async () => {
    const url = await startTls();
    const { lines } = await replaceUnderProbes({ dir, url, follows: false, install: () => undefined });
    const verdicts = lines.flatMap((line) => /^\S+Z (ok|FAIL) /.exec(line)?.[1] ?? []);
    expect(verdicts.join(" ")).toMatch(/^(ok ){4,}(FAIL ?){4,}$/);
  });
});

describeWith(["nginx"], "replacing the CA behind nginx", () => {
  it("fails no probe, with a new key for the leaf", async () => {
    const stack = await startStack();
    const { dir } = stack.issued;
    try {
      const install = (): void => stack.nginx.install(dir);
      const { lines, leaves } = await replaceUnderProbes({ dir, url: stack.nginx.edge.url, follows: true, install });
      expect(faultsIn(lines)).toEqual([]);
      expect([leaves, lines.length > 10]).toEqual([2, true]);
    } finally {
      await stack.stop();
      rmSync(dir, { recursive: true });
    }
  });
});
