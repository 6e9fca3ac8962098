import { expect, it } from "vitest";
import { droppedGuards } from "./guards.ts";

const dropped = (installed: string, next: string): string[] => droppedGuards(installed, next).map(({ name }) => name);

it.each([
  ["nothing is installed", "", "API_TOKENS_FILE", []],
  ["both demand a token", "API_TOKENS_FILE", "API_TOKENS_FILE", []],
  ["a certificate replaces the token", "API_TOKENS_FILE", "analyze-clients-ca API_CERTIFICATE_HEADER", []],
  ["a token replaces the certificate", "analyze-clients-ca API_CERTIFICATE_HEADER", "API_TOKENS_FILE", ["mtls"]],
  ["--tokens was forgotten", "API_TOKENS_FILE", "", ["tokens"]],
  ["--mtls was forgotten", "analyze-clients-ca API_CERTIFICATE_HEADER", "", ["mtls", "tokens"]],
])("warns of what the next release no longer demands of callers: %s", (_, installed, next, names) => {
  expect(dropped(installed, next)).toEqual(names);
});
