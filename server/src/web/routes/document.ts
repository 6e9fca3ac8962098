import { z } from "zod";
import { documentIdPattern, storedDocument } from "../../contract/documents.ts";
import { noContent, ProblemError } from "../../shared/answer.ts";
import { readPath, shortString } from "../../shared/parameters.ts";
import { answerOf, documentOperation, required, treeOf } from "../data/answers.ts";
import type { Documents } from "../data/quota.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import type { Callers } from "../tasks/callers.ts";

const path = z.object({ id: shortString(64).describe("ID of the document") });

function noSuchDocument(): ProblemError {
  return new ProblemError("not-found", "No document of this caller has this ID.");
}

function readRoute(given: Documents | undefined, callers: Callers): DocumentedRoute {
  return {
    method: "GET",
    path: "/data/{id}",
    operation: {
      ...documentOperation,
      id: "document",
      summary: "A document",
      parameters: { path },
      success: { status: 200, description: "The document", content: { "application/json": storedDocument } },
      problems: [...documentOperation.problems, "not-found"],
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
      ...documentOperation,
      id: "removeDocument",
      summary: "Remove a document",
      parameters: { path },
      success: { status: 204, description: "It is removed.", content: {} },
      problems: [...documentOperation.problems, "not-found"],
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

/** The routes of `/data/{id}`. */
export function documentRoutes(documents: Documents | undefined, callers: Callers): DocumentedRoute[] {
  return [readRoute(documents, callers), removeRoute(documents, callers)];
}
