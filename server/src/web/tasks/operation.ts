import { guarded } from "../openapi/guarded.ts";

/** What the description of every route of the queue has in common. */
export const queueOperation = { ...guarded, tag: "Tasks" } as const;
