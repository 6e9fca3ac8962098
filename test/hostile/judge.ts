import { headers as ours } from "../../server/src/contract/headers.ts";
import { problemTypes } from "../../server/src/contract/problems.ts";
import { countWords, processedText, reverseText } from "../../server/src/contract/text.ts";
import { analyzeResponse, problem, processResponse } from "../../server/src/contract/wire.ts";
import { canary, type Expectation, type HostileCase, type TargetName } from "./case.ts";
import type { Exchange } from "./exchange.ts";
import type { RawResponse } from "./responses.ts";
import { bodyOf, type Slots } from "./render.ts";

const problemType = "application/problem+json";
const leaks = /SyntaxError|TypeError|node_modules|node:internal|Unexpected token|in JSON at|\.ts:\d+|\.mjs:\d+/;
const known = new Map(
  Object.entries(problemTypes).map(([code, { status }]) => [`urn:analyze:problem:${code}`, status]),
);

/** The expectation for this target. */
export function expectationFor(row: HostileCase, target: TargetName): Expectation {
  return { ...row.expect, ...row.differs?.[target] };
}

function utf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultsOfProblem({ status, headers, body }: RawResponse): string[] {
  const text = utf8(body);
  const read = problem.safeParse(text === undefined ? undefined : parsed(text));
  if (!read.success) return [`its body is no problem (RFC 9457): ${JSON.stringify(body.toString().slice(0, 120))}`];
  const faults: string[] = [];
  const { data } = read;
  if (headers["content-type"] !== problemType) faults.push(`content-type ${headers["content-type"]}`);
  if (data.status !== status || known.get(data.type) !== status)
    faults.push(`status ${status} with ${data.type} ${data.status}`);
  if (data.requestId !== headers[ours.requestId]) faults.push("requestId is not that of the header");
  // A task's name and a cursor are in the URL, where there is no JSON pointer.
  const isNamed = data.errors?.length || /^The (task's name|cursor) /.test(data.detail);
  if (status === 422 && !isNamed) faults.push("422 names no field");
  return faults;
}

/** The text in a plain JSON body; undefined for a chunked body, whose bytes on the wire differ. */
function textSent(row: HostileCase, slots: Slots): string | undefined {
  const sent = utf8(bodyOf(row.request, slots));
  const body = sent === undefined ? undefined : parsed(sent);
  return typeof body === "object" && body !== null && "text" in body && typeof body.text === "string"
    ? body.text
    : undefined;
}

function faultsOfResult(row: HostileCase, slots: Slots, { body, headers }: RawResponse): string[] {
  const answer = parsed(utf8(body) ?? "");
  if (!headers["content-type"]?.startsWith("application/json")) return [`content-type ${headers["content-type"]}`];
  const analyzed = analyzeResponse.safeParse(answer);
  const processed = processResponse.safeParse(answer);
  if (!analyzed.success && !processed.success)
    return [`its body is not the contract's: ${body.toString().slice(0, 120)}`];
  const text = textSent(row, slots);
  if (text === undefined) return [];
  const right = analyzed.success
    ? analyzed.data.processed_text === processedText(countWords(text), reverseText(text))
    : processed.data?.reversed_text === reverseText(text) && processed.data.word_count === countWords(text);
  return right ? [] : ["its body is the wrong answer for the text sent"];
}

function faultsOfLast(row: HostileCase, slots: Slots, expected: Expectation, last: RawResponse): string[] {
  const shape = expected.body ?? (last.status >= 400 ? "problem" : "result");
  const faults: string[] = [];
  if (!expected.answers.includes(last.status))
    faults.push(`answered ${last.status}, not ${expected.answers.join(" or ")}`);
  else if (shape === "problem" || (shape === "early" && last.headers["content-type"] === problemType))
    faults.push(...faultsOfProblem(last));
  else if (shape === "result") faults.push(...faultsOfResult(row, slots, last));
  for (const [name, pattern] of Object.entries(expected.headers ?? {})) {
    const value = last.headers[name] ?? "";
    if (!new RegExp(pattern.replaceAll("{id}", slots.id)).test(value)) faults.push(`${name}: ${value}`);
  }
  return faults;
}

function faultsOfAny(response: RawResponse): string[] {
  const head = JSON.stringify(response.headers);
  const text = response.body.toString();
  const faults: string[] = [];
  if (head.includes(canary) || (response.status >= 400 && text.includes(canary))) faults.push("repeats the input");
  if (response.status >= 400 && leaks.test(text)) faults.push(`tells of its insides: ${text.slice(0, 160)}`);
  if (response.headers["x-injected"] !== undefined) faults.push("lets the caller set a response header");
  if (response.headers[ours.requestId]?.endsWith("-smuggled")) faults.push("answered the smuggled request");
  return faults;
}

/** The faults of a result, in words; empty if it is as expected. */
export function judge(row: HostileCase, target: TargetName, slots: Slots, seen: Exchange): string[] {
  const expected = expectationFor(row, target);
  const before = expected.before ?? [];
  const faults = seen.responses.flatMap(faultsOfAny);
  const silent =
    seen.after === "closed" && seen.responses.length === before.length && expected.answers.includes("closed");
  const wanted = before.length + (silent ? 0 : 1);
  if (seen.fault !== undefined) faults.push(seen.fault);
  if (seen.responses.length !== wanted)
    faults.push(
      `${seen.responses.length} answers (${seen.responses.map(({ status }) => status).join(" ")}) instead of ${wanted}`,
    );
  for (const [at, status] of before.entries()) {
    if (seen.responses[at]?.status !== status)
      faults.push(`answer ${at + 1} is ${seen.responses[at]?.status}, not ${status}`);
  }
  const last = seen.responses[before.length];
  if (last) faults.push(...faultsOfLast(row, slots, expected, last));
  if (seen.after === "stuck") faults.push("left the connection open and unanswered");
  else if (expected.closes !== undefined && expected.closes !== (seen.after === "closed"))
    faults.push(expected.closes ? "kept the connection" : "closed the connection");
  return faults;
}
