import { z } from "zod";
import { documentLimits, documentPage, documentRequest, storedDocument } from "../../contract/documents.ts";
import { readJsonBy } from "../../shared/body.ts";
import type { Tree } from "../../shared/data/tree.ts";
import { readQuery, shortString } from "../../shared/parameters.ts";
import { answerOf, documentOperation, required, treeOf } from "../data/answers.ts";
import { cursorOf, positionOf } from "../data/cursor.ts";
import { documentIdOf, fingerprintOf } from "../data/identity.ts";
import type { Documents } from "../data/quota.ts";
import { readDocument } from "../data/rules.ts";
import { idempotencyHeader, idempotencyKeyOf } from "../idempotency.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import type { Callers } from "../tasks/callers.ts";

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

function createRoute(given: Documents | undefined, callers: Callers): DocumentedRoute {
  return {
    method: "POST",
    path: "/data",
    operation: {
      ...documentOperation,
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
      problems: [...documentOperation.problems, "quota-used-up"],
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
      ...documentOperation,
      id: "documents",
      summary: "The caller's documents, newest first",
      parameters: { query },
      success: {
        status: 200,
        description:
          "A page; with `next` there are more. A walk from page to page has each document that is there all the time once, whatever is stored and removed meanwhile.",
        content: { "application/json": documentPage },
      },
      problems: [...documentOperation.problems, "invalid-field"],
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

/** The routes of `/data`. */
export function dataRoutes(documents: Documents | undefined, callers: Callers): DocumentedRoute[] {
  return [createRoute(documents, callers), listRoute(documents, callers)];
}
