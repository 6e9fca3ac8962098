import { guarded } from "../openapi/guarded.ts";

/** Common parts of the descriptions of the queue's routes. */
export const queueOperation = { ...guarded, tag: "Tasks" } as const;
