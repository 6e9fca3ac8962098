import type { Tree } from "../../shared/data/tree.ts";

/** A document of a caller. */
export interface Stored {
  id: string;
  owner: string | undefined;
  createdAt: Date;
  document: Tree;
}

/** A document's position in a list. */
export interface Position {
  createdAt: Date;
  id: string;
}

/** A document to store. */
export interface NewDocument {
  id: string;
  owner: string | undefined;
  /** Hash of the body: see StoredFields. */
  fingerprint: string;
  document: Tree;
}

export const operations = ["insert", "find", "list", "remove", "count"] as const;
export type Operation = (typeof operations)[number];

/** MongoDB as web's routes use it. Every method throws ProblemError 503 within a second if it cannot be used. */
export interface DocumentStore {
  /**
   * Stores a document; if its ID exists with the same fingerprint, nothing happens. Resolves with its time once MongoDB
   * has it on disk. Throws ProblemError: 422 the ID exists with another fingerprint, 503 with its address if it may
   * still have been stored. `since`: when the request began to use MongoDB (`performance.now()`); its time limit counts from then.
   */
  insert(wanted: NewDocument, since: number): Promise<Date>;
  /** The document with this id; undefined where there is none. */
  find(id: string): Promise<Stored | undefined>;
  /** An owner's documents, newest first, after a position; `more`: there are further ones. */
  list(
    owner: string | undefined,
    after: Position | undefined,
    count: number,
  ): Promise<{ documents: Stored[]; more: boolean }>;
  /** Removes an owner's document. Resolves with whether there was one. */
  remove(id: string, owner: string | undefined): Promise<boolean>;
  /** How many documents an owner has; `most` if there are more. */
  count(owner: string | undefined, most: number): Promise<number>;
  /** Whether MongoDB answered when it was last tried. */
  readonly isAvailable: boolean;
  /** Called with the outcome of each operation. */
  onOperation: (operation: Operation, outcome: "ok" | "failed") => void;
  /** Resolves when MongoDB has answered, after `ms` at the latest. */
  connected(ms: number): Promise<void>;
  close(): Promise<void>;
}
