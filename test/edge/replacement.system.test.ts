import { rmSync } from "node:fs";
import { expect, it, type TestContext } from "vitest";
import { pathsOf } from "../../certs/src/index.ts";
import { describeWith } from "../support/requirements.ts";
import { startService } from "../support/services.ts";
import { issue } from "./certificates.ts";
import { replaceUnderProbes } from "./replacement.ts";
import { startStack } from "./stack.ts";

type Finished = TestContext["onTestFinished"];

/** The lines that are neither a good probe nor the client's start and stop. */
function faultsIn(lines: string[]): string[] {
  return lines.filter((line) => !/^\S+Z (start|ok|stop) /.test(line));
}

/** Worker, and a web that terminates TLS with the files of a folder, as in npm start. */
async function startTls(finished: Finished): Promise<{ url: string; dir: string }> {
  const { dir } = await issue();
  const { certificate, key } = pathsOf(dir, "tls");
  const worker = await startService("worker", { DRAIN_DELAY_MS: "0" });
  const env = { WORKER_URL: `http://127.0.0.1:${worker.port}`, TLS_CERT_FILE: certificate, TLS_KEY_FILE: key };
  const web = await startService("web", { DRAIN_DELAY_MS: "0", ...env });
  finished(async () => {
    await web.stop();
    await worker.stop();
    rmSync(dir, { recursive: true });
  });
  return { url: `https://analyze.test:${web.port}`, dir };
}

// at the same time: each spends most of it waiting for the client's next probe
describeWith(["nginx"], "replacing the CA", () => {
  it.concurrent("fails no probe of a client that gets each ca.crt, if web terminates TLS", async (context) => {
    const { url, dir } = await startTls(context.onTestFinished);
    const { lines, leaves } = await replaceUnderProbes({ dir, url, follows: true, install: () => undefined });
    expect(faultsIn(lines)).toEqual([]);
    expect([leaves, lines.length > 10]).toEqual([2, true]);
  });

  it.concurrent("fails every probe after the switch of a client that does not", async (context) => {
    const { url, dir } = await startTls(context.onTestFinished);
    const { lines } = await replaceUnderProbes({ dir, url, follows: false, install: () => undefined });
    const verdicts = lines.flatMap((line) => /^\S+Z (ok|FAIL) /.exec(line)?.[1] ?? []);
    expect(verdicts.join(" ")).toMatch(/^(ok ){4,}(FAIL ?){4,}$/);
  });

  it.concurrent("fails no probe behind nginx, with a new key for the leaf", async (context) => {
    const stack = await startStack();
    const { dir } = stack.issued;
    context.onTestFinished(async () => {
      await stack.stop();
      rmSync(dir, { recursive: true });
    });
    const install = (): void => stack.nginx.install(dir);
    const { lines, leaves } = await replaceUnderProbes({ dir, url: stack.nginx.edge.url, follows: true, install });
    expect(faultsIn(lines)).toEqual([]);
    expect([leaves, lines.length > 10]).toEqual([2, true]);
  });
});
