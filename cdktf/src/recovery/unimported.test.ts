import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { EC2Client } from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { listen } from "../../../test/load/backend.ts";
import type { Resource } from "./stack.ts";
import { completed } from "./unimported.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A client of an EC2 that answers each action with this XML, and the actions that were called. */
async function ec2(answers: Readonly<Record<string, string>>): Promise<{ client: EC2Client; called: string[] }> {
  const called: string[] = [];
  server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const action = form.get("Action") ?? "";
    called.push([action, form.get("InstanceId") ?? form.get("KeyName.1")].join(" "));
    response.end(`<${action}Response><requestId>1</requestId>${answers[action] ?? ""}</${action}Response>`);
  });
  const endpoint = `http://127.0.0.1:${await listen(server)}`;
  const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "nobody" };
  return { client: new EC2Client({ region: "eu-central-1", endpoint, credentials, maxAttempts: 1 }), called };
}

const stateShape = z.looseObject({
  serial: z.number(),
  resources: z.array(
    z.looseObject({ instances: z.array(z.looseObject({ attributes: z.record(z.string(), z.unknown()) })) }),
  ),
});

function state(type: string, attributes: object, mode = "managed"): string {
  const instances = [{ schema_version: 1, attributes, private: "bnVsbA==" }];
  return JSON.stringify({ version: 4, serial: 7, lineage: "l", resources: [{ mode, type, name: "a", instances }] });
}

const stack = (type: string, values: Record<string, unknown>): Resource[] => [{ address: `${type}.a`, type, values }];

/** The attributes after the completion. */
async function attributesOf(given: string, resources: readonly Resource[], client: EC2Client): Promise<unknown> {
  return stateShape.parse(JSON.parse(await completed(given, resources, client))).resources[0]?.instances[0]?.attributes;
}

describe("the state of a recovered stage", () => {
  it("keeps what it does not complete, fields that it does not know too, and is newer than before", async () => {
    const { client, called } = await ec2({});
    const given = state("aws_vpc", { id: "vpc-1", odd: 'ä " ${x}' });
    const after = JSON.parse(await completed(given, stack("aws_vpc", {}), client));
    expect(after).toEqual({ ...JSON.parse(given), serial: 8 });
    expect(called).toEqual([]);
  });

  it.each([
    ["a data source of the same name", state("aws_instance", { id: "i-1" }, "data"), stack("aws_instance", {})],
    ["a resource that the stack does not have", state("aws_instance", { id: "i-1" }), []],
  ])("has no change in %s", async (_, given, resources) => {
    const { client, called } = await ec2({});
    expect(await attributesOf(given, resources, client)).toEqual({ id: "i-1" });
    expect(called).toEqual([]);
  });

  it.each([
    ["as AWS has it", "<userData><value>I2Nsb3VkLWNvbmZpZw==</value></userData>", "I2Nsb3VkLWNvbmZpZw=="],
    ["as none where AWS has none", "<userData/>", null],
  ])("has the host's user data %s", async (_, xml, userData) => {
    const { client, called } = await ec2({ DescribeInstanceAttribute: xml });
    const given = state("aws_instance", { id: "i-1", ami: "ami-1", user_data: "hash" });
    expect(await attributesOf(given, stack("aws_instance", {}), client)).toEqual({
      id: "i-1",
      ami: "ami-1",
      user_data: null,
      user_data_base64: userData,
    });
    expect(called).toEqual(["DescribeInstanceAttribute i-1"]);
  });

  const own = "ssh-ed25519 AAAAown";
  it.each([
    ["the settings' line, where AWS has the same key with another comment", "ssh-ed25519 AAAAown analyze-dev-1\n", own],
    [
      "AWS's line, where the key is another one: the plan shows it",
      "ssh-ed25519 AAAAother x",
      "ssh-ed25519 AAAAother x",
    ],
    ["the settings' line, where AWS returns no key", undefined, own],
  ])("has %s", async (_, there, line) => {
    const item = there === undefined ? "" : `<item><keyName>k</keyName><publicKey>${there}</publicKey></item>`;
    const { client, called } = await ec2({ DescribeKeyPairs: `<keySet>${item}</keySet>` });
    const given = state("aws_key_pair", { id: "k", public_key: "" });
    expect(await attributesOf(given, stack("aws_key_pair", { public_key: own }), client)).toMatchObject({
      public_key: line,
    });
    expect(called).toEqual(["DescribeKeyPairs k"]);
  });

  it.each([
    ["AWS returned no access", undefined],
    ["AWS returned an empty list", []],
    ["AWS returned what it knows", [{ authentication_mode: "API", bootstrap_cluster_creator_admin_permissions: null }]],
  ])("has the cluster's access as the stack has it, where %s", async (_, there) => {
    const { client } = await ec2({});
    const access = { authentication_mode: "API", bootstrap_cluster_creator_admin_permissions: false };
    const given = state("aws_eks_cluster", { id: "c", access_config: there });
    expect(await attributesOf(given, stack("aws_eks_cluster", { access_config: access }), client)).toEqual({
      id: "c",
      access_config: [access],
      bootstrap_self_managed_addons: true,
    });
  });
});
