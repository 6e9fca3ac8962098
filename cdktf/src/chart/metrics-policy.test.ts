import { expect, it } from "vitest";
import { z } from "zod";
import { metricsPolicy } from "./metrics-policy.ts";

const shape = z.object({
  metadata: z.object({ namespace: z.string() }),
  spec: z.object({
    podSelector: z.object({ matchExpressions: z.array(z.object({ key: z.string(), values: z.array(z.string()) })) }),
    policyTypes: z.array(z.string()),
    ingress: z.array(
      z.object({
        from: z.array(z.object({ ipBlock: z.object({ cidr: z.string() }) })).nonempty(),
        ports: z.array(z.object({ port: z.string(), protocol: z.string() })).nonempty(),
      }),
    ),
  }),
});

const policy = (...cidrs: string[]) => shape.parse(metricsPolicy("team-a", cidrs));

/** The networks that may connect. Kubernetes reads an empty `from` as everybody. */
const sources = (...cidrs: string[]): string[] =>
  policy(...cidrs).spec.ingress.flatMap(({ from }) => from.map(({ ipBlock }) => ipBlock.cidr));

it.each([[[]], [["10.74.16.0/20"]], [["10.74.16.0/20", "10.74.32.0/20", "10.74.48.0/20"]]])(
  "lets only the networks %j read metrics",
  (cidrs) => {
    expect(sources(...cidrs)).toEqual(cidrs);
  },
);

it("selects only pods of web and worker in its namespace, and restricts no connection that they make", () => {
  const { metadata, spec } = policy("10.0.0.0/20");
  expect(metadata.namespace).toBe("team-a");
  expect(spec.policyTypes).toEqual(["Ingress"]);
  expect(new Map(spec.podSelector.matchExpressions.map(({ key, values }) => [key, values]))).toEqual(
    new Map([
      ["app.kubernetes.io/name", ["analyze"]],
      ["app.kubernetes.io/component", ["web", "worker"]],
    ]),
  );
});

it("opens the port of metrics by its name, which each program gives to a number of its own, and no other", () => {
  expect(policy("10.0.0.0/20").spec.ingress.flatMap(({ ports }) => ports)).toEqual([
    { port: "metrics", protocol: "TCP" },
  ]);
});
