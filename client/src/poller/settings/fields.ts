import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { limits } from "@analyze/server/contract/limits";
import { z } from "zod";
import { calendar } from "../../log/calendar.ts";
import { parsePlannedTimes } from "../schedule/maintenance.ts";

/** The address of connections instead of the DNS result, like curl's `--resolve`. */
export interface PinnedAddress {
  ip: string;
  family: 4 | 6;
  port: number | undefined;
}

function pinned(text: string): PinnedAddress | undefined {
  const [, bracketed, plain, port] =
    /^(?:\[([^\]]+)\]|([^:]+|[0-9a-f:]+:[0-9a-f:]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const ip = bracketed ?? plain ?? "";
  const family = isIP(ip);
  if ((family !== 4 && family !== 6) || Number(port ?? 1) > 65_535 || Number(port ?? 1) === 0) return undefined;
  return { ip, family, port: port === undefined ? undefined : Number(port) };
}

function readText(file: string, context: z.RefinementCtx): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    // Without the path that Node adds, because the variable may contain the key itself.
    const reason = error instanceof Error ? error.message.replace(/, \w+ '.*$/s, "") : String(error);
    context.addIssue({ code: "custom", message: `cannot be read: ${reason}` });
    return z.NEVER;
  }
}

/** The content of a file in PEM form. */
export const pemFile = z.string().transform(readText);

/** The content of a file in PEM form without a fault by `faultOf` at `now`. */
export function checkedPem(faultOf: (pem: string, now: number) => string | undefined, now: number) {
  return pemFile.superRefine((pem, context) => {
    const fault = faultOf(pem, now);
    if (fault !== undefined) context.addIssue(fault);
  });
}

/** The texts of a file, one per line. */
export const textFile = z
  .string()
  .transform(readText)
  .transform((content) =>
    content
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/)
      .filter((line) => line !== ""),
  )
  .superRefine((lines, context) => {
    if (lines.length === 0) context.addIssue("has no text: write one text per line");
    const long = lines.findIndex((line) => Buffer.byteLength(line) > limits.textBytes);
    if (long !== -1) context.addIssue(`line ${long + 1} is longer than ${limits.textBytes} bytes, the service's limit`);
    const large = lines.findIndex((line) => Buffer.byteLength(JSON.stringify({ text: line })) > limits.bodyBytes);
    if (large !== -1)
      context.addIssue(`line ${large + 1} is longer than ${limits.bodyBytes} bytes as JSON, the service's limit`);
  });

/** An https URL without a password. */
export function httpsUrl(example: string) {
  return z.string().transform((text, context) => {
    const parsed = URL.canParse(text) ? new URL(text) : undefined;
    if (parsed?.protocol === "https:" && parsed.username === "" && parsed.password === "") return parsed;
    if (parsed?.protocol === "http:") context.addIssue("is not encrypted: the client refuses http://, use https://");
    else if (parsed?.protocol === "https:") context.addIssue("must not contain a user or a password");
    else context.addIssue(`is not a URL such as ${example}`);
    return z.NEVER;
  });
}

/** A cron expression. */
export const schedule = z.string().superRefine((expression, context) => {
  try {
    calendar(expression);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.addIssue(`is not a usable cron expression (five fields, or six with seconds first): ${reason}`);
  }
});

/** Times of planned maintenance. */
export const maintenance = z.string().transform((text, context) => {
  try {
    return parsePlannedTimes(text);
  } catch (error) {
    context.addIssue(`is not usable: ${error instanceof Error ? error.message : String(error)}`);
    return z.NEVER;
  }
});

/** An IP address with or without a port. */
export const address = z.string().transform((text, context) => {
  const parsed = pinned(text);
  if (parsed !== undefined) return parsed;
  context.addIssue(
    "is not an IP address with or without port, such as 192.0.2.7, 192.0.2.7:8443 or [2001:db8::7]:8443",
  );
  return z.NEVER;
});

/** One of these words. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]) {
  return z.enum(words, `must be ${words.join(", ").replace(/, ([^,]+)$/, " or $1")}`);
}

/** A number of failures. */
export const downAfter = z.coerce.number("is not a number").int("is not a whole number").min(1, "must be at least 1");
