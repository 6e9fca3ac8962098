import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { formatLine, maxTextLength } from "../../line/format.ts";
import { parseLine } from "../../line/parse.ts";
import { places, type Place } from "../config.ts";
import { commandsOf } from "./place.ts";
import type { Probed } from "./probe.ts";
import { runLine } from "./run-line.ts";
import type { Target } from "./target.ts";

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../../${name}`, import.meta.url)), "utf8");
}

const target: Target = {
  url: new URL("https://analyze.test/analyze"),
  ca: undefined,
  caFile: "/etc/analyze/ca.crt",
  address: { ip: "192.0.2.7", family: 4, port: 8443 },
  identity: undefined,
  place: "host",
};

function commandsAt(place: Place): string[] {
  const { logs, issueFor, ...fixed } = commandsOf({ ...target, place });
  return [...Object.values(fixed), logs("host-60"), issueFor("a.test")];
}

function hints(place: Place, caFile: string | undefined): string[] {
  const { certificate, issueFor, authority } = commandsOf({ ...target, place, caFile });
  return [certificate, issueFor("a.test"), authority];
}

describe("a command of a hint", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read("package.json"));
  const { services }: { services: Record<string, unknown> } = parse(read("compose.yaml"));

  it.each(places)("exists where the client runs: %s", (place) => {
    for (const command of commandsAt(place)) {
      for (const [, script = ""] of command.matchAll(/npm run (\S+)/g)) expect(scripts).toHaveProperty([script]);
      for (const [, names = ""] of command.matchAll(
        /docker compose (?:logs(?: --tail \d+)?|run --rm|config|ps)((?: (?!-)[\w-]+)*)/g,
      ))
        for (const name of names.split(" ").filter(Boolean)) expect(services).toHaveProperty(name);
      expect(command).not.toMatch(/undefined/);
    }
  });

  it.each([
    ["host", /^(curl|openssl|systemctl|timedatectl) /],
    ["start", /^(tail|grep|npm|env|date) /],
    ["compose", /^(docker compose|date) /],
    ["kubernetes", /^(kubectl|npm run|env|date) /],
  ] as const)("uses a program that exists: %s", (place, program) => {
    for (const command of commandsAt(place)) expect(`${command} `).toMatch(program);
    for (const about of ["client", "settings", "clock"] as const)
      expect(commandsOf({ ...target, place })[about]).toMatch(/^\w/);
  });

  it("finds a request by its ID, except on a host, which has no logs", () => {
    for (const place of ["start", "compose", "kubernetes"] as const)
      expect(commandsOf({ ...target, place }).logs("host-60")).toMatch(/grep host-60\b/);
    expect(commandsOf(target).logs("host-60")).toMatch(/^curl /);
  });

  it("on a host inspects certificate and CA with openssl", () => {
    const { authority, issueFor, certificate } = commandsOf({ ...target, caFile: "/my ca.crt", address: undefined });
    const seen = "openssl s_client -connect analyze.test:443 -servername analyze.test </dev/null | openssl x509 -noout";
    expect(certificate).toBe(`${seen} -dates`);
    expect(issueFor("a.test")).toBe(`${seen} -ext subjectAltName`);
    expect(authority).toBe("openssl x509 -in '/my ca.crt' -noout -subject -dates");
    expect(commandsOf({ ...target, caFile: undefined }).authority).toContain("-in ca.crt ");
  });

  it("quotes words for the shell where needed", () => {
    expect(commandsOf({ ...target, caFile: "/it's/ca.crt" }).authority).toContain("-in '/it'\\''s/ca.crt' ");
    expect(commandsOf({ ...target, caFile: "/a-b_c@d%e+f=g:h,i.j/ca" }).authority).toContain(
      "-in /a-b_c@d%e+f=g:h,i.j/ca ",
    );
  });

  it("uses the folder of the certificates that the client trusts", () => {
    expect(hints("start", "/my certs/ca.crt")).toEqual([
      "npm run certs -- --dir '/my certs' --renew",
      "npm run certs -- --dir '/my certs' --host a.test",
      "npm run certs -- --dir '/my certs' --show",
    ]);
    expect(hints("kubernetes", "/srv/ca.crt")).toEqual([
      "npm run tls:renew -- --certificates /srv",
      "npm run certs -- --dir /srv --host a.test",
      "npm run certs -- --dir /srv --show",
    ]);
    for (const caFile of [undefined, "certs/issued/ca.crt", resolve("certs/issued/ca.crt"), "/etc/ssl/roots.pem"])
      expect(hints("start", caFile).join("; ")).toBe(
        "npm run certs -- --renew; npm run certs -- --host a.test; npm run certs -- --show",
      );
    expect(hints("kubernetes", undefined)[0]).toBe("npm run tls:renew");
    for (const hint of hints("compose", "/trust/ca.crt"))
      expect(hint).toMatch(/^docker compose run --rm certs --dir \/certs\/issued --/);
  });

  it("connects like the client", () => {
    expect(commandsOf(target).edge).toBe(
      "curl -v --cacert /etc/analyze/ca.crt --connect-to analyze.test:443:192.0.2.7:8443 https://analyze.test/readyz",
    );
    const v6 = { ip: "2001:db8::7", family: 6, port: undefined } as const;
    expect(commandsOf({ ...target, caFile: "/my ca.crt", address: v6 }).edge).toBe(
      "curl -v --cacert '/my ca.crt' --connect-to 'analyze.test:443:[2001:db8::7]:443' https://analyze.test/readyz",
    );
    expect(commandsOf({ ...target, caFile: undefined, address: undefined }).edge).toBe(
      "curl -v https://analyze.test/readyz",
    );
    expect(commandsOf({ ...target, address: v6 }).certificate).toBe(
      "openssl s_client -connect '[2001:db8::7]:443' -servername analyze.test </dev/null | openssl x509 -noout -dates",
    );
  });
});

it("is never cut: a hint that is too long loses words of its explanation", () => {
  const next = "curl ".padEnd(150, "x");
  const verdict = { hop: "edge", err: "HTTP-404" } as const;
  const probed: Probed = {
    attempts: [],
    verdict,
    first: undefined,
    shown: undefined,
    ms: 1,
    advice: { means: "m".repeat(90), next },
  };
  const { hint } = runLine(0, 0, "x", probed);
  expect(hint).toMatch(/^m+…: curl x+$/);
  expect(hint).toHaveLength(maxTextLength);
  expect(parseLine(formatLine(runLine(0, 0, "x", probed)))).toMatchObject({ hint });
});
