import { expect, it } from "vitest";
import { explain } from "./explain.ts";
import { PolicyViolation } from "./policy/enforce.ts";

it.each([
  ["CredentialsProviderError", /aws configure/],
  ["ExpiredTokenException", /log in again/],
  ["AccessDeniedException", /docs\/aws\.md/],
  ["NoSuchBucket", /npm run bootstrap/],
  ["RequestTimeTooSkewed", /clock/],
])("tells a person what to do about %s", (name, advice) => {
  expect(explain(Object.assign(new Error("no"), { name }))).toMatch(advice);
});

it.each([
  ["ENOENT", /settings that name files/],
  ["ENOSPC", /disk is full/],
  ["EROFS", /read-only/],
  ["EACCES", /owner/],
  ["ECONNREFUSED", /on the internet/],
  ["SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
  ["CERT_NOT_YET_VALID", /clock/],
])("says what to do about %s of the system, and names the file", (code, advice) => {
  const message = explain(Object.assign(new Error(`${code}: open '/a/file'`), { code }));
  expect(message).toMatch(advice);
  expect(message).toContain("/a/file");
});

it.each([
  ["ECONNREFUSED", { HTTPS_PROXY: "socks5://me:secret@host" }, /HTTPS_PROXY is set: a proxy must be .*http:/],
  ["ENOTFOUND", { https_proxy: "host:1", HTTP_PROXY: "host:1" }, /https_proxy and HTTP_PROXY are set/],
  ["ERR_SSL_WRONG_VERSION_NUMBER", { HTTPS_PROXY: "https://host" }, /HTTPS_PROXY is set/],
  ["ERR_PROXY_TUNNEL", { HTTPS_PROXY: "http://host" }, /check HTTPS_PROXY/],
  ["ECONNREFUSED", {}, /^[^]*internet(?![^]*PROXY)/],
  ["ENOSPC", { HTTPS_PROXY: "http://host" }, /^[^]*disk(?![^]*PROXY)/],
])("names the proxy at %s with %j, and never its value", (code, env, advice) => {
  const message = explain(Object.assign(new Error("no"), { code }), env);
  expect(message).toMatch(advice);
  expect(message).not.toMatch(/secret|socks5/);
});

it("quotes AWS's message, without a stack, for an unknown answer", () => {
  const error = Object.assign(new Error("Too many networks"), { name: "VpcLimitExceeded", $fault: "client" });
  expect(explain(error)).toBe("AWS refused it. (VpcLimitExceeded: Too many networks)");
});

it("shows a stack only for unexpected errors", () => {
  expect(explain(new PolicyViolation("dev/x", "broken.", "Do this."))).toBe("dev/x: broken. Do this.");
  expect(explain(new TypeError("a defect"))).toMatch(/a defect\n +at /);
});
