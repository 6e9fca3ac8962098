/** How often each request ID reached a backend. */
export type Ledger = ReadonlyMap<string, number>;

type Entry = Record<string, unknown>;

function parsed(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The IDs in JSON log lines, in order. `isRequest` selects the lines of executed requests; without it every line with a
 * `requestId` counts. Lines that are not JSON are ignored.
 */
export function idsIn(lines: Iterable<string>, isRequest: (entry: Entry) => boolean = () => true): string[] {
  return [...lines].flatMap((line) => {
    const entry = parsed(line);
    const id = entry?.["requestId"];
    return entry !== undefined && typeof id === "string" && isRequest(entry) ? [id] : [];
  });
}

/** Counts the ids that {@link idsIn} finds. */
export function ledgerOf(...parameters: Parameters<typeof idsIn>): Ledger {
  const ledger = new Map<string, number>();
  for (const id of idsIn(...parameters)) ledger.set(id, (ledger.get(id) ?? 0) + 1);
  return ledger;
}

/** The IDs that were executed more than once: for a route with effect there must be none. */
export function doubledIn(ledger: Ledger): string[] {
  return [...ledger].flatMap(([id, count]) => (count > 1 ? [id] : []));
}

/** The IDs of `ids` that no backend received. */
export function missingFrom(ledger: Ledger, ids: Iterable<string>): string[] {
  return [...ids].filter((id) => !ledger.has(id));
}
