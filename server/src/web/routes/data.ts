import { z } from "zod";
import {
  documentIdPattern,
  documentLimits,
  documentPage,
  documentRequest,
  storedDocument,
} from "../../contract/documents.ts";
import { noContent, ProblemError, type Answer } from "../../shared/answer.ts";
import { readJsonBy } from "../../shared/body.ts";
import { textOf, type Tree } from "../../shared/data/tree.ts";
import { readPath, readQuery, shortString } from "../../shared/parameters.ts";
import { cursorOf, positionOf } from "../data/cursor.ts";
import { documentIdOf, fingerprintOf } from "../data/identity.ts";
import type { Documents } from "../data/quota.ts";
import { readDocument } from "../data/rules.ts";
import type { Stored } from "../data/store.ts";
import { idempotencyHeader, idempotencyKeyOf } from "../idempotency.ts";
import { guarded } from "../openapi/guarded.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import type { Callers } from "../tasks/callers.ts";

const path = z.object({ id: shortString(64).describe("ID of the document") });

const query = z.object({
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, { error: `must be a whole number from 1 to ${documentLimits.maxPageSize}` })
    .optional()
    .describe(
      `Documents of the page; ${documentLimits.pageSize} if not set. A page of large documents has fewer, and a \`next\`.`,
    ),
  cursor: shortString(128).optional().describe("`next` of the page before"),
});

const common = { ...guarded, tag: "Documents" } as const;

function required(documents: Documents | undefined): Documents {
  if (documents) return documents;
  throw new ProblemError(
    "switched-off",
    "Documents are off on this instance. To turn them on, set MONGODB_URL for web.",
    {
      headers: { "retry-after": "3600" },
    },
  );
}

function noSuchDocument(): ProblemError {
  return new ProblemError("not-found", "No document of this caller has this ID.");
}

function treeOf({ id, createdAt, document }: Omit<Stored, "owner">): Tree {
  return new Map<string, Tree>([
    ["id", id],
    ["createdAt", createdAt.toISOString()],
    ["document", document],
  ]);
}

function answerOf(tree: Tree, status = 200): Answer {
  return { status, contentType: "application/json", body: textOf(tree) };
}

function createRoute(given: Documents | undefined, callers: Callers): DocumentedRoute {
  const { problems } = common;
  return {
    method: "POST",
    path: "/data",
    operation: {
      ...common,
      id: "createDocument",
      summary: "Store a document",
      parameters: { header: idempotencyHeader },
      body: {
        schema: documentRequest,
        example: { name: "Ada", tags: ["a", "b"] },
        description: `Any JSON object of at most ${documentLimits.bodyBytes} bytes and ${documentLimits.depth} levels. Keys do not begin with "$" and have no "." or NUL; none is "__proto__", and none is there twice in an object. 422 for a number that 64-bit floating point cannot hold exactly.`,
      },
      success: {
        status: 201,
        description: "MongoDB has the document on disk.",
        content: { "application/json": storedDocument },
        headers: { location: "Address of the document" },
      },
      problems: [...problems, "quota-used-up"],
    },
    handle: async (exchange) => {
      const { store, quota } = required(given);
      const owner = callers.admit(exchange);
      const key = idempotencyKeyOf(exchange);
      const { value: document, raw } = await readJsonBy(exchange, documentLimits.bodyBytes, readDocument);
      const id = documentIdOf(owner, key);
      const since = performance.now();
      await quota.admit(owner, async () => key !== undefined && (await store.find(id)) !== undefined);
      const createdAt = await store.insert({ id, owner, fingerprint: fingerprintOf(raw), document }, since);
      return { ...answerOf(treeOf({ id, createdAt, document }), 201), headers: { location: `/data/${id}` } };
    },
  };
}

function listRoute(given: Documents | undefined, callers: Callers): DocumentedRoute {
  return {
    method: "GET",
    path: "/data",
    operation: {
      ...common,
      id: "documents",
      summary: "The caller's documents, newest first",
      parameters: { query },
      success: {
        status: 200,
        description:
          "A page; with `next` there are more. A walk from page to page has each document that is there all the time once, whatever is stored and removed meanwhile.",
        content: { "application/json": documentPage },
      },
      problems: [...common.problems, "invalid-field"],
    },
    handle: async (exchange) => {
      const { store } = required(given);
      const owner = callers.admit(exchange);
      const { limit = String(documentLimits.pageSize), cursor } = readQuery(exchange, query);
      const after = cursor === undefined ? undefined : positionOf(cursor, owner);
      const { documents, more } = await store.list(owner, after, Number(limit));
      const last = documents.at(-1);
      const page = new Map<string, Tree>([["documents", documents.map(treeOf)]]);
      if (more && last) page.set("next", cursorOf(last, owner));
      return answerOf(page);
    },
  };
}

function readRoute(given: Documents | undefined, callers: Callers): DocumentedRoute {
  return {
    method: "GET",
    path: "/data/{id}",
    operation: {
      ...common,
      id: "document",
      summary: "A document",
      parameters: { path },
      success: { status: 200, description: "The document", content: { "application/json": storedDocument } },
      problems: [...common.problems, "not-found"],
    },
    handle: async (exchange) => {
      const { store } = required(given);
      const owner = callers.admit(exchange);
      const { id } = readPath(exchange, path);
      const found = documentIdPattern.test(id) ? await store.find(id) : undefined;
      // The same answer for another owner's document: nobody can find out which ids exist.
      if (!found || found.owner !== owner) throw noSuchDocument();
      return answerOf(treeOf(found));
    },
  };
}

function removeRoute(given: Documents | undefined, callers: Callers): DocumentedRoute {
  return {
    method: "DELETE",
    path: "/data/{id}",
    operation: {
      ...common,
      id: "removeDocument",
      summary: "Remove a document",
      parameters: { path },
      success: { status: 204, description: "It is removed.", content: {} },
      problems: [...common.problems, "not-found"],
    },
    handle: async (exchange) => {
      const { store, quota } = required(given);
      const owner = callers.admit(exchange);
      const { id } = readPath(exchange, path);
      if (!documentIdPattern.test(id) || !(await store.remove(id, owner))) throw noSuchDocument();
      await quota.release(owner);
      return noContent;
    },
  };
}

/** The routes of documents. */
export function dataRoutes(documents: Documents | undefined, callers: Callers): DocumentedRoute[] {
  return [createRoute, listRoute, readRoute, removeRoute].map((route) => route(documents, callers));
}
