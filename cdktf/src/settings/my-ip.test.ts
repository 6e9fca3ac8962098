import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { myCidr } from "./my-ip.ts";

async function asked(body: string, status = 200): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    return await myCidr(`http://127.0.0.1:${isAddress(address) ? address.port : 0}/`);
  } finally {
    server.close();
  }
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return address !== null && typeof address !== "string";
}

it("is one address, as AWS sees it", async () => {
  expect(await asked("203.0.113.7\n")).toBe("203.0.113.7/32");
});

it.each([["<html>captive portal</html>"], ["2001:db8::7"], ["0.0.0.0/0"]])("is not accepted from %s", async (body) => {
  await expect(asked(body)).rejects.toThrow(/give ANALYZE_SSH_CIDR yourself/);
});

it("says what to do if the service cannot be reached", async () => {
  await expect(myCidr("http://127.0.0.1:1/")).rejects.toThrow(/cannot be reached: give ANALYZE_SSH_CIDR yourself/);
});
