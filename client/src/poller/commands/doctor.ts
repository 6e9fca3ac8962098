import { UserError } from "@analyze/common/errors";
import { printFindings, untilBroken, well, type Finding } from "@analyze/common/finding";
import { createProber } from "../prober.ts";
import { SettingsError } from "@analyze/common/settings";
import { places, readConfig, type Config } from "../config.ts";
import { isRun } from "../../line/record.ts";
import { readHistory } from "../journal/history.ts";
import { commandsOf, localCommands } from "../probe/place.ts";
import { allowanceFor, type Probed } from "../probe/probe.ts";
import { caFileChanged } from "../probe/tls-advice.ts";
import { shownUrl } from "../probe/target.ts";
import { loadedCode, proxyVariables } from "../settings/runtime.ts";
import { calendar } from "../../log/calendar.ts";
import { findingsHere } from "../doctor/here.ts";
import { findingsOnTheWay } from "../doctor/way.ts";

function refusedSettings(error: SettingsError, env: NodeJS.ProcessEnv): Finding {
  const place = places.find((one) => one === env["ANALYZE_PLACE"]) ?? "host";
  return {
    name: "settings",
    state: "broken",
    saw: error.message,
    means: "the client does not start with these settings",
    next: localCommands[place].settings,
  };
}

/** Valid settings, and notes on the environment. */
function goodSettings({ url, place, heartbeat }: Config, env: NodeJS.ProcessEnv): Finding {
  const proxies = proxyVariables(env).map((name) => `${name} is set and not used`);
  const saw = [`${shownUrl(url)}, place ${place}`, ...(heartbeat ? ["heartbeat set"] : []), ...proxies].join(", ");
  const loaded = loadedCode(env, process.execArgv);
  if (loaded.length === 0) return well("settings", saw);
  const means = "Node loads other code into the client: the doctor cannot see its effects";
  return well("settings", `${saw}, ${loaded.join(", ")}`, { means, next: localCommands[place].settings });
}

/** Only the running client knows the certificate of its last good probe: its last hint is used here, too. */
async function withKnowledgeOfClient(config: Config, probed: Probed): Promise<Probed> {
  const last = (await readHistory(config.log)).findLast(isRun);
  if (probed.verdict.hop !== "tls-trust" || last?.hop !== "tls-trust") return probed;
  if (!last.hint?.startsWith(caFileChanged)) return probed;
  return { ...probed, advice: { means: caFileChanged, next: commandsOf(config).authority } };
}

async function* walk(config: Config, version: string): AsyncGenerator<Finding> {
  yield* findingsHere(config, Date.now());
  const probe = createProber(config, allowanceFor(calendar(config.schedule).shortestStep), version);
  const { probed } = await probe(Math.floor(Date.now() / 1000) * 1000);
  yield* findingsOnTheWay(config, await withKnowledgeOfClient(config, probed));
}

/** Reads the settings, then checks hop by hop from this machine to the app, and stops at the first broken one. */
async function* examine(env: NodeJS.ProcessEnv, version: string): AsyncGenerator<Finding> {
  try {
    const config = readConfig(env);
    yield goodSettings(config, env);
    yield* untilBroken(walk(config, version));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    yield refusedSettings(error, env);
  }
}

/** Options of the command line. */
export interface DoctorOptions {
  json?: boolean;
  cluster?: boolean;
}

/** `analyze doctor`. Resolves with the exit code. */
export async function doctor(
  env: NodeJS.ProcessEnv,
  version: string,
  { json = false, cluster }: DoctorOptions,
): Promise<number> {
  if (cluster) {
    throw new UserError("The host has no kubectl. To examine the cluster, type in the project: npm run doctor:cluster");
  }
  return printFindings(examine(env, version), json);
}
