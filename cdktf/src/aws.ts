import type { AgentOptions } from "node:https";

/** What every client of the AWS SDK is made with: a region, and the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which the SDK ignores. */
export function inRegion(region: string): {
  readonly region: string;
  readonly requestHandler: { readonly httpAgent: AgentOptions; readonly httpsAgent: AgentOptions };
} {
  const proxyEnv = proxyEnvironment(process.env);
  return { region, requestHandler: { httpAgent: { proxyEnv }, httpsAgent: { proxyEnv } } };
}

/** This machine is reached without a proxy, as by Terraform and the AWS CLI. */
export function proxyEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const none = [env["no_proxy"] || env["NO_PROXY"], "localhost", "127.0.0.1", "[::1]"].filter(Boolean).join(",");
  return { ...env, NO_PROXY: none, no_proxy: none };
}
