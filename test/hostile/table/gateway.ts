import type { Difference, HostileCase } from "../case.ts";

const unread: Omit<Difference, "because"> = { answers: [200], body: "result", closes: false };
const http11 = { answers: [426], body: "any", because: "Envoy takes HTTP/1.1 alone" } as const;
const ownPage = { body: "any", because: "Envoy's own errors are plain text" } as const;
const noHost = { answers: [404], body: "any", because: "Envoy has no route for that host" } as const;
const stays = { closes: false, because: "Envoy keeps the connection, and in step" } as const;

/** Cases in which Envoy has a reason to answer differently. It rewrites each request for web. */
const differences: Readonly<Record<string, Difference>> = {
  "chunked-twice": { answers: [501], because: "Envoy knows no coding but chunked" },
  "chunk-longer-than-said": {
    body: "any",
    closes: false,
    because: "Envoy skips what follows a chunk up to the line's end",
  },
  "folded-header": { ...unread, because: "Envoy unfolds the line" },
  "bare-cr-in-header": { ...unread, because: "Envoy takes a CR out of the value" },
  "tab-between-the-words": { ...unread, because: "Envoy takes TAB for a space" },
  "line-feeds-alone": {
    answers: [200],
    body: "any",
    closes: false,
    because: "Envoy takes a bare LF for the end of a line",
  },
  "websocket-and-second-request": {
    answers: [403],
    before: [],
    body: "any",
    because: "Envoy refuses upgrades, and closes",
  },
  "upgrade-websocket": { answers: [403], body: "any", because: "Envoy refuses upgrades" },
  connect: { answers: [404], body: "any", because: "Envoy has no route for CONNECT" },
  "no-version": http11,
  "version-0-9": http11,
  "version-1-2": http11,
  "version-9-9": http11,
  "version-2-0": http11,
  "host-none-in-http-1-0": http11,
  "host-twice": noHost,
  "host-twice-equal": noHost,
  "id-hop-by-hop": { answers: [415], because: "Envoy removes what Connection names, Content-Type among it" },
  "header-20-kb": stays,
  "header-name-20-kb": stays,
  "body-over-limit": ownPage,
  "body-over-limit-chunked": ownPage,
  "body-5-mib-chunked": ownPage,
  "largest-text-in-escapes": ownPage,
  "body-10-gib-announced": {
    answers: [408, 413],
    body: "any",
    because: "Envoy counts what arrives, until its time is over",
  },
};

/** The row with the gateway's own expectation. */
export function withGateway(row: HostileCase): HostileCase {
  const difference = differences[row.id];
  return difference === undefined ? row : { ...row, differs: { ...row.differs, gateway: difference } };
}
