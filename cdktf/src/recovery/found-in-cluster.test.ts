import { createServer, type IncomingMessage, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { listen } from "../../../test/load/backend.ts";
import { findInCluster } from "./found-in-cluster.ts";

/** Answers by operation, each a page: JSON, or XML for load balancers. The operation has the marker of its page as a second word. */
type Answers = Readonly<Record<string, object | string>>;

let answers: Answers;
let called: string[];
let server: Server;

const arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
const balancer = (name: string): string =>
  `<member><LoadBalancerName>${name}</LoadBalancerName><LoadBalancerArn>${arn}:${name}</LoadBalancerArn></member>`;
const listener = (port: number): string => `<member><Port>${port}</Port><ListenerArn>${port}</ListenerArn></member>`;
/** A page of XML. */
const xml = (operation: string, list: string, members: string, next = ""): string =>
  `<${operation}Response><${operation}Result><${list}>${members}</${list}>${next && `<NextMarker>${next}</NextMarker>`}</${operation}Result></${operation}Response>`;

/** The operation that a request calls, and the marker of the page that it wants. */
function operationOf({ url = "", headers }: IncomingMessage, body: string): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    const { Marker, NextMarker, NextToken, PaginationToken } = JSON.parse(body);
    return [target.split(".").at(-1), Marker ?? NextMarker ?? NextToken ?? PaginationToken].filter(Boolean).join(" ");
  }
  const form = new URLSearchParams(body);
  const action = form.get("Action");
  if (action !== null) return [action, form.get("Marker")].filter(Boolean).join(" ");
  const { pathname, searchParams } = new URL(url, "http://eks.test");
  return [pathname, searchParams.get("nextToken")].filter(Boolean).join(" ");
}

beforeEach(async () => {
  called = [];
  server = createServer(async (request, response) => {
    const operation = operationOf(request, await text(request));
    called.push(operation);
    const answer = answers[operation] ?? {};
    const isXml =
      operation.startsWith("DescribeLoad") || operation.startsWith("DescribeT") || operation.startsWith("DescribeLi");
    response.setHeader("content-type", isXml ? "text/xml" : "application/json");
    const [action = ""] = operation.split(" ");
    response.end(typeof answer === "string" ? answer : isXml ? xml(action, "none", "") : JSON.stringify(answer));
  });
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${await listen(server)}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "nobody");
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const find = () => findInCluster("test", "eu-central-1");

it("finds nothing in an account whose every answer is empty, and looks into no cluster", async () => {
  answers = {};
  expect(await find()).toEqual({
    balancers: [],
    targetGroups: [],
    listeners: [],
    nodeGroups: [],
    associations: [],
    keyId: undefined,
    secrets: [],
    firewalls: [],
    arns: [],
  });
  expect(called.filter((one) => one.startsWith("/clusters/"))).toEqual([]);
});

it("finds what is on later pages of each list", async () => {
  answers = {
    DescribeLoadBalancers: xml("DescribeLoadBalancers", "LoadBalancers", balancer("other"), "2"),
    "DescribeLoadBalancers 2": xml("DescribeLoadBalancers", "LoadBalancers", balancer("analyze-test")),
    DescribeListeners: xml("DescribeListeners", "Listeners", listener(80), "2"),
    "DescribeListeners 2": xml("DescribeListeners", "Listeners", listener(443)),
    "/clusters": { clusters: ["other"], nextToken: "2" },
    "/clusters 2": { clusters: ["analyze-test"] },
    "/clusters/analyze-test/node-groups": { nodegroups: ["a"], nextToken: "2" },
    "/clusters/analyze-test/node-groups 2": { nodegroups: ["b"] },
    "/clusters/analyze-test/pod-identity-associations": { associations: [{ associationId: "1" }], nextToken: "2" },
    "/clusters/analyze-test/pod-identity-associations 2": { associations: [{ associationId: "2" }] },
    ListAliases: { Aliases: [{ AliasName: "alias/other", TargetKeyId: "0" }], Truncated: true, NextMarker: "2" },
    "ListAliases 2": { Aliases: [{ AliasName: "alias/analyze-test", TargetKeyId: "key-1" }] },
    ListSecrets: { SecretList: [{ Name: "a" }], NextToken: "2" },
    "ListSecrets 2": { SecretList: [{ Name: "b" }] },
    // AWS names a next page after the last one, too, which is empty.
    ListWebACLs: { WebACLs: [{ Name: "a" }], NextMarker: "2" },
    "ListWebACLs 2": { WebACLs: [{ Name: "b" }], NextMarker: "3" },
    "ListWebACLs 3": { WebACLs: [], NextMarker: "3" },
    GetResources: { ResourceTagMappingList: [{ ResourceARN: "arn:aws:acm:a" }], PaginationToken: "2" },
    "GetResources 2": { ResourceTagMappingList: [{ ResourceARN: "arn:aws:aps:b" }] },
  };
  const found = await find();
  expect(found).toMatchObject({
    balancers: [{ LoadBalancerName: "analyze-test" }],
    listeners: [{ Port: 80 }, { Port: 443 }],
    nodeGroups: ["a", "b"],
    associations: [{ associationId: "1" }, { associationId: "2" }],
    keyId: "key-1",
    secrets: [{ Name: "a" }, { Name: "b" }],
    firewalls: [{ Name: "a" }, { Name: "b" }],
    arns: ["arn:aws:acm:a", "arn:aws:aps:b"],
  });
});

it("takes nothing of a stage whose name begins the same", async () => {
  answers = {
    DescribeLoadBalancers: xml("DescribeLoadBalancers", "LoadBalancers", balancer("analyze-test-2")),
    "/clusters": { clusters: ["analyze-test-2"] },
    ListAliases: { Aliases: [{ AliasName: "alias/analyze-test-2", TargetKeyId: "key-2" }] },
  };
  expect(await find()).toMatchObject({ balancers: [], listeners: [], nodeGroups: [], keyId: undefined });
  expect(called.filter((one) => /^DescribeListeners|^\/clusters\//.test(one))).toEqual([]);
});

it("does not report an account without a right to list as an empty one", async () => {
  answers = {};
  server.removeAllListeners("request");
  server.on("request", (_, response) => {
    response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ __type: "AccessDeniedException", message: "no" }));
  });
  await expect(find()).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
});
