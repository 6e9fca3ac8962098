import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServicePair, type ServicePair } from "../support/services.ts";
import { runHostileTable } from "./run.ts";
import { serviceTarget } from "./targets.ts";

let pair: ServicePair;

beforeAll(async () => {
  pair = await startServicePair();
});

afterAll(() => pair.stop());

describe.each(["web", "worker"] as const)("%s over raw sockets", (name) => {
  it("answers every hostile request as the table says, and a valid one afterwards", async () => {
    const faults = await runHostileTable(serviceTarget(name, pair[name].port, pair.worker));
    expect(faults).toEqual([]);
  });

  it("has no polluted prototype afterwards", async () => {
    const response = await fetch(`http://127.0.0.1:${pair[name].port}/${name === "web" ? "analyze" : "process"}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: "/text" }] });
  });
});
