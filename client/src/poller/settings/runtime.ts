import { nameSetting, type Environment } from "@analyze/common/settings";

interface Rule {
  /** Environment variable, or option of Node as in NODE_OPTIONS. */
  name: string;
  effect: string;
  /** An alternative to removing it. */
  instead?: string;
}

/** Settings that always weaken TLS. */
const weakening: Rule[] = [
  { name: "OPENSSL_CONF", effect: "changes OpenSSL's rules for keys and protocols" },
  { name: "OPENSSL_MODULES", effect: "loads code into OpenSSL" },
  { name: "OPENSSL_ENGINES", effect: "loads code into OpenSSL" },
  { name: "--openssl-config", effect: "changes OpenSSL's rules for keys and protocols" },
  { name: "--openssl-shared-config", effect: "changes OpenSSL's rules for keys and protocols" },
  { name: "--openssl-legacy-provider", effect: "allows broken algorithms" },
  { name: "--tls-cipher-list", effect: "can allow weak keys and ciphers without authentication" },
  { name: "--tls-min-v1.0", effect: "allows TLS 1.0" },
  { name: "--tls-min-v1.1", effect: "allows TLS 1.1" },
  { name: "--tls-keylog", effect: "writes the keys of each connection to a file" },
];

/** Settings that extend or replace Node's own roots; without effect on a client with a CA file. */
const rootsFromOutside: Rule[] = [
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "--use-openssl-ca",
  "--use-system-ca",
].map((name) => ({ name, effect: "names CAs from outside", instead: "set ANALYZE_CA_FILE, or " }));

/** Options that run a program of their own before the client. */
const loaders = ["--require", "-r", "--import", "--loader", "--experimental-loader"];

/** Names of the options in a command line or in NODE_OPTIONS: `--tls_min_v1.0` and `--tls-min-v1.0=…` are the same. */
function optionNames(words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith("-")).map((word) => word.replace(/=.*/s, "").replaceAll("_", "-"));
}

function given(environment: Environment, execArgv: readonly string[]): Set<string> {
  const words = (environment["NODE_OPTIONS"] ?? "").split(/[\s"']+/);
  return new Set(optionNames([...words, ...execArgv]));
}

function isSet({ name }: Rule, environment: Environment, options: Set<string>): boolean {
  return name.startsWith("-") ? options.has(name) : Boolean(environment[name]);
}

function describe({ name, effect, instead = "" }: Rule, environment: Environment): string {
  if (!name.startsWith("-")) return `${nameSetting(name, environment[name])} ${effect}: ${instead}unset it`;
  return `${name} (an option of Node, see NODE_OPTIONS) ${effect}: ${instead}remove it`;
}

/**
 * The settings of Node that weaken the client's TLS: one line each, with what to do. `execArgv` has Node's
 * options on the command line. The client's connections pin roots, ciphers and versions, so these change
 * nothing; but a person who sets one expects an effect, so the client reports it.
 */
export function weakeningFaults(environment: Environment, execArgv: readonly string[], ownCa: boolean): string[] {
  const options = given(environment, execArgv);
  const rules = ownCa ? weakening : [...weakening, ...rootsFromOutside];
  const faults = rules.filter((rule) => isSet(rule, environment, options)).map((rule) => describe(rule, environment));
  if (environment["NODE_TLS_REJECT_UNAUTHORIZED"] === "0")
    faults.unshift("NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the verification of certificates: unset it");
  if (environment["NODE_USE_SYSTEM_CA"] === "1" && !ownCa)
    faults.push("NODE_USE_SYSTEM_CA=1 names CAs from outside: set ANALYZE_CA_FILE, or unset it");
  return faults;
}

/** Options of Node that load other code into the client. No check inside the client can control that code. */
export function loadedCode(environment: Environment, execArgv: readonly string[]): string[] {
  const options = given(environment, execArgv);
  return loaders.filter((name) => options.has(name));
}

/** Proxy variables that are set. Neither probes nor heartbeats use them. */
export function proxyVariables(environment: Environment): string[] {
  const names = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
  return names.filter((name) => environment[name]);
}
