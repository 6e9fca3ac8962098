import { z } from "zod";
import { type Place, readKept } from "./place.ts";

const shape = z.object({ outputs: z.record(z.string(), z.object({ value: z.unknown() })).optional() });

/** The outputs of a deployed stage that are text, from its state. Empty: nothing has been deployed. */
export async function readOutputs(place: Place): Promise<ReadonlyMap<string, string>> {
  const text = await readKept(place, "tfstate");
  const { outputs = {} } = shape.parse(JSON.parse(text ?? "{}"));
  return new Map(
    Object.entries(outputs).flatMap(([name, { value }]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}
