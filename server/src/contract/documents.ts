import { z } from "zod";

/** Id of a document: 132 bits, random or derived from the Idempotency-Key. */
export const documentIdPattern = /^d[A-Za-z0-9_-]{22}$/;

/** Limits of the routes of documents. Sizes in bytes as UTF-8. */
export const documentLimits = {
  /** Of a request's body. */
  bodyBytes: 64 * 1024,
  /** Levels of objects and arrays; the document itself is the first. */
  depth: 8,
  /** Documents of a page, where the caller does not say how many, and at most. */
  pageSize: 25,
  maxPageSize: 100,
  /** A page ends with the document that exceeds it, so that no page can hold the event loop. */
  pageBytes: 512 * 1024,
} as const;

/** A document as a caller sends it: any JSON object. The route's own reader says more of what is refused. */
export const documentRequest = z.record(z.string(), z.unknown());

/** A document as it is stored: `POST /data`, 201, and `GET /data/{id}`, 200. `document` is what was sent. */
export const storedDocument = z.object({
  id: z.string(),
  createdAt: z.iso.datetime(),
  document: documentRequest,
});
export type StoredDocument = z.infer<typeof storedDocument>;

/** `GET /data`, 200: newest first. */
export const documentPage = z.object({ documents: z.array(storedDocument), next: z.string().optional() });
export type DocumentPage = z.infer<typeof documentPage>;
