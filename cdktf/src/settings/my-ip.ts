import http from "node:http";
import { isIPv4 } from "node:net";
import { proxyEnvironment } from "../aws.ts";

/** This machine's public IPv4 address, as AWS sees it, as a CIDR of one address. Rejects if AWS does not answer. */
export async function myCidr(service = "https://checkip.amazonaws.com/"): Promise<string> {
  const answer = await throughProxy(() => fetch(service, { signal: AbortSignal.timeout(10_000) })).catch(
    (error: unknown) => {
      throw new Error(`${service} cannot be reached: give ANALYZE_SSH_CIDR yourself`, { cause: error });
    },
  );
  const address = (await answer.text()).trim();
  if (isIPv4(address)) return `${address}/32`;
  throw new Error(`${service} answered no IPv4 address (HTTP ${answer.status}): give ANALYZE_SSH_CIDR yourself`);
}

/** The proxy of the environment, for fetch too. */
async function throughProxy<T>(work: () => Promise<T>): Promise<T> {
  const restore = http.setGlobalProxyFromEnv(proxyEnvironment(process.env));
  try {
    return await work();
  } finally {
    restore();
  }
}
