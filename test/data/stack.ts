import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { documentPage, storedDocument, type StoredDocument } from "@analyze/server/contract/documents";
import { startService, type RunningService } from "../support/services.ts";

/** Web with documents. */
export interface DataStack {
  readonly web: RunningService;
  readonly url: string;
  /** Sends this JSON text to `POST /data`. */
  post(json: string, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Response>;
  remove(id: string, headers?: Record<string, string>): Promise<Response>;
}

/** For tests of outages; other tests wait for a server on a busy machine. */
export const promptly = { MONGODB_TIMEOUT_MS: "900" };

/** Starts web on this MongoDB. */
export async function startDataStack(mongodbUrl: string, env: Record<string, string> = {}): Promise<DataStack> {
  const web = await startService("web", {
    DRAIN_DELAY_MS: "0",
    MONGODB_TIMEOUT_MS: "20000",
    MONGODB_URL: mongodbUrl,
    ...env,
  });
  const url = `http://127.0.0.1:${web.port}`;
  return {
    web,
    url,
    post: (body, headers = {}) =>
      fetch(`${url}/data`, { method: "POST", body, headers: { "content-type": "application/json", ...headers } }),
    get: (path, headers = {}, method = "GET") => fetch(`${url}${path}`, { method, headers }),
    remove: (id, headers = {}) => fetch(`${url}/data/${id}`, { method: "DELETE", headers }),
  };
}

/** The same, until the end of the calling test. */
export async function dataStackForTest(...args: Parameters<typeof startDataStack>): Promise<DataStack> {
  const stack = await startDataStack(...args);
  onTestFinished(() => stack.web.stop().then(() => undefined));
  return stack;
}

/** Retries after 503, as a caller does: a slow disk is no fault of web. */
export async function patiently(send: () => Promise<Response>): Promise<Response> {
  for (let left = 60; ; left--) {
    const response = await send();
    if (response.status !== 503 || left === 0) return response;
    await wait(500);
  }
}

/** Stores a document, which must succeed. */
export async function stored(stack: DataStack, document: object, headers?: Record<string, string>) {
  const json = JSON.stringify(document);
  const keyed = { "idempotency-key": `"${randomUUID()}"`, ...headers };
  const response = await patiently(() => stack.post(json, keyed));
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return storedDocument.parse(await response.json());
}

/** Walks from page to page; `between` runs after each of them. */
export async function walk(
  stack: DataStack,
  { limit = 25, headers = {}, between = async () => {} }: WalkOptions = {},
): Promise<StoredDocument[]> {
  const all: StoredDocument[] = [];
  for (let next: string | undefined = ""; next !== undefined;) {
    const response = await stack.get(`/data?limit=${limit}${next && `&cursor=${next}`}`, headers);
    const page = documentPage.parse(await response.json());
    all.push(...page.documents);
    next = page.next;
    await between();
  }
  return all;
}

interface WalkOptions {
  limit?: number;
  headers?: Record<string, string>;
  between?: () => Promise<void>;
}
