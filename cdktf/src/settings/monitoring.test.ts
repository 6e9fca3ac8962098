import { expect, it } from "vitest";
import { config, environment, faults, production } from "../../test/support/fixture.ts";

it.each<[settings: NodeJS.ProcessEnv, fault: string]>([
  [{ ANALYZE_MAINTENANCE: "sunday" }, '"sunday" is neither a window'],
  [{ ANALYZE_MAINTENANCE: "/run/x; 0 3 * * 0 soon" }, '"0 3 * * 0 soon" is neither a window'],
  [{ ANALYZE_MAINTENANCE: "61 3 * * 0 2h" }, "is neither a window"],
  [{ ANALYZE_DOWN_AFTER: "0" }, "must be a number of slots"],
  [{ ANALYZE_HEARTBEAT_URL: "http://hc-ping.com/secret" }, "must be an https URL"],
  [{ ANALYZE_HEARTBEAT_URL: "https://hc-ping.com:8443/secret" }, "on port 443"],
  [{ ANALYZE_HEARTBEAT_URL: "https://hc-ping.com/secret" }, "ANALYZE_HEARTBEAT_CIDR is not set"],
  [{ ANALYZE_HEARTBEAT_CIDR: "192.0.2.7/24" }, "write 192.0.2.0/24"],
])("rejects %j, as the client on the host would, and shows no secret", (settings, fault) => {
  const message = faults(environment(settings));
  expect(message).toContain(fault);
  expect(message).not.toContain("secret");
});

it("gives the client its maintenance and its limit, and no secret", () => {
  const { target } = config({
    ANALYZE_MAINTENANCE: "0 3 * * 0 2h; /run/analyze/maintenance",
    ANALYZE_DOWN_AFTER: "5",
    ANALYZE_HEARTBEAT_URL: "https://hc-ping.com/secret",
    ANALYZE_HEARTBEAT_CIDR: "0.0.0.0/0",
  });
  expect(target.settings).toMatchObject({
    ANALYZE_MAINTENANCE: "0 3 * * 0 2h; /run/analyze/maintenance",
    ANALYZE_DOWN_AFTER: "5",
  });
  expect(JSON.stringify(target.settings)).not.toContain("secret");
  expect(target.heartbeat).toEqual({ url: "https://hc-ping.com/secret", cidr: "0.0.0.0/0" });
});

it.each([
  [{}, { url: null, cidr: null }],
  [{ ANALYZE_HEARTBEAT_URL: "off" }, { url: "", cidr: null }],
  // The edge's rule already allows it: AWS rejects a duplicate rule.
  [
    { ANALYZE_ADDRESS: "192.0.2.7", ANALYZE_HEARTBEAT_CIDR: "192.0.2.7/32" },
    { url: null, cidr: null },
  ],
  [
    { ...production, ANALYZE_HEARTBEAT_URL: "https://hc-ping.com/x" },
    { url: "https://hc-ping.com/x", cidr: null },
  ],
])("reads the heartbeat of %j", (settings, heartbeat) => {
  expect(config(settings).target.heartbeat).toEqual(heartbeat);
});
