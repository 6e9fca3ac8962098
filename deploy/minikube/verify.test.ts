import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readOptions } from "./options.ts";
import { postVerified } from "./verify.ts";

afterEach(() => vi.restoreAllMocks());

const optionsOf = (...args: string[]) => ({
  ...readOptions(["deploy", "--certificates", "/certs", "--host", "a.example.org", ...args], {}),
  edge: "ingress" as const,
});

/** A checkout whose client runs this source; `runs`: how often it has run, from 1. */
function checkout(source: string): string {
  const root = mkdtempSync(join(tmpdir(), "verify-"));
  mkdirSync(join(root, "client/src"), { recursive: true });
  const client = `
    import { appendFileSync, readFileSync } from "node:fs";
    appendFileSync(${JSON.stringify(join(root, "runs"))}, process.argv.slice(2).join(" ") + "\\n");
    const runs = readFileSync(${JSON.stringify(join(root, "runs"))}, "utf8").split("\\n").length - 1;
    ${source}`;
  writeFileSync(join(root, "client/src/main.ts"), client);
  return root;
}

const runsOf = (root: string): string[] => readFileSync(join(root, "runs"), "utf8").trimEnd().split("\n");

describe("the verified POST", () => {
  it("trusts only the CA, and calls the edge's name at the given address", async () => {
    const root = checkout("console.log(JSON.stringify(process.env));");
    const env = JSON.parse(await postVerified(root, optionsOf(), "192.0.2.1:30443"));
    expect(env).toMatchObject({
      ANALYZE_URL: "https://a.example.org",
      ANALYZE_CA_FILE: "/certs/ca.crt",
      ANALYZE_ADDRESS: "192.0.2.1:30443",
      ANALYZE_PLACE: "kubernetes",
    });
    expect(env).not.toHaveProperty("ANALYZE_CLIENT_KEY_FILE");
    expect(runsOf(root)).toEqual(["once"]);
  });

  it("has a client's certificate with --mtls", async () => {
    const root = checkout("console.log(JSON.stringify(process.env));");
    expect(JSON.parse(await postVerified(root, optionsOf("--mtls"), "192.0.2.1"))).toMatchObject({
      ANALYZE_CLIENT_CERT_FILE: expect.stringMatching(/^\/certs\/.*\.crt$/),
      ANALYZE_CLIENT_KEY_FILE: expect.stringMatching(/^\/certs\/.*\.key$/),
    });
  });

  it("is repeated while the edge takes up a change", async () => {
    const root = checkout("if (runs < 2) process.exit(1); console.log('right');");
    expect(await postVerified(root, optionsOf(), "192.0.2.1")).toBe("right");
    expect(runsOf(root)).toHaveLength(2);
  });

  it("is not repeated where the client does not start, and quotes both of its streams", async () => {
    const root = checkout("console.log('Invalid settings:'); console.error('ANALYZE_URL'); process.exit(2);");
    await expect(postVerified(root, optionsOf(), "192.0.2.1")).rejects.toThrow(
      /^The client does not start:\n {2}Invalid settings:\nANALYZE_URL$/,
    );
    expect(runsOf(root)).toHaveLength(1);
  });

  it("fails with the client's message after the limit", async () => {
    const start = Date.now();
    let reads = 0;
    vi.spyOn(Date, "now").mockImplementation(() => start + (reads++ === 0 ? 0 : 3_600_000));
    const root = checkout("console.error('FAIL tls'); process.exit(1);");
    await expect(postVerified(root, optionsOf(), "192.0.2.1")).rejects.toThrow(
      /^The edge answers at 192\.0\.2\.1, but not correctly:\n {2}FAIL tls$/,
    );
  });
});
