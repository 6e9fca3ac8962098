/** One HTTP/1 response as received. */
export interface RawResponse {
  readonly status: number;
  /** Names are in lower case. Only the first field of each name is kept. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Head {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly end: number;
}

function headAt(bytes: Buffer, from: number): Head | undefined {
  const end = bytes.indexOf("\r\n\r\n", from);
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = bytes.toString("latin1", from, end).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) throw new Error(`not a response: ${JSON.stringify(statusLine.slice(0, 80))}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] ??= line.slice(colon + 1).trim();
  }
  return { status: Number(status), headers, end: end + 4 };
}

/** The body's bytes and its end; undefined while it is incomplete. */
function chunkedAt(bytes: Buffer, from: number): { body: Buffer; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    const end = line + 2 + size + 2;
    if (Number.isNaN(size)) throw new Error("not a chunk size in a response");
    if (bytes.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = end;
  }
}

/**
 * Parses the bytes of one connection into complete responses, without 100 Continue. A response without framing lasts
 * until the end of the connection, so it counts only if `ended`. `toHead`: the first one answers HEAD and has no body.
 * Throws if the bytes are not HTTP/1.
 */
export function parseResponses(bytes: Buffer, options: { ended: boolean; toHead: boolean }): RawResponse[] {
  const responses: RawResponse[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = headAt(bytes, at);
    if (!head) break;
    const { status, headers } = head;
    const length = Number(
      headers["content-length"] ?? (headers["transfer-encoding"] ? Number.NaN : bytes.length - head.end),
    );
    let found: { body: Buffer; end: number } | undefined;
    if (status < 200 || status === 204 || status === 304 || (options.toHead && responses.length === 0))
      found = { body: Buffer.alloc(0), end: head.end };
    else if (/chunked/i.test(headers["transfer-encoding"] ?? "")) found = chunkedAt(bytes, head.end);
    else if (headers["content-length"] === undefined && !options.ended) found = undefined;
    else if (bytes.length >= head.end + length)
      found = { body: bytes.subarray(head.end, head.end + length), end: head.end + length };
    if (!found) break;
    if (status !== 100) responses.push({ status, headers, body: found.body });
    at = found.end;
  }
  return responses;
}
