import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { pathsOf } from "./folder.ts";
import { issueAll } from "./issue.ts";

const dir = mkdtempSync(join(tmpdir(), "certs-"));
let server: ReturnType<typeof createServer>;
let url: string;

beforeAll(async () => {
  await issueAll({ dir });
  const { certificate, key } = pathsOf(dir, "tls");
  server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (_, answer) =>
    answer.end("hello"),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  url = `https://localhost:${typeof address === "object" ? address?.port : ""}/`;
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

/** Exit code and output of a program that calls the server. */
async function asked(command: string, args: string[], env: Record<string, string> = {}): Promise<[number, string]> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const [output, faults] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return [child.exitCode ?? -1, output + faults];
}

const inPython =
  "import ssl, sys, urllib.request as u; print(u.urlopen(sys.argv[1], context=ssl.create_default_context(cafile=sys.argv[2] if len(sys.argv) > 2 else None)).read())";
const inNode = "fetch(process.argv[1]).then(async (answer) => console.log(await answer.text()))";

describeWith(["python", "curl"], "who trusts the edge's certificate", () => {
  it("curl, Python and Node do with the CA", async () => {
    const { certificate: ca } = pathsOf(dir, "ca");
    expect(await asked("curl", ["-s", "--cacert", ca, url])).toEqual([0, "hello"]);
    expect(await asked("python3", ["-c", inPython, url, ca])).toEqual([0, "b'hello'\n"]);
    expect(await asked(process.execPath, ["-e", inNode, url], { NODE_EXTRA_CA_CERTS: ca })).toEqual([0, "hello\n"]);
  });

  it("curl, Python and Node do not without the CA", async () => {
    expect(await asked("curl", ["-s", url])).toEqual([60, ""]);
    expect((await asked("python3", ["-c", inPython, url]))[1]).toContain("CERTIFICATE_VERIFY_FAILED");
    expect((await asked(process.execPath, ["-e", inNode, url]))[1]).toContain("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });
});
