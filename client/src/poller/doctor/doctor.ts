import { createAsker } from "../asker.ts";
import { SettingsError } from "@analyze/common/settings";
import { readConfig, type Config } from "../config.ts";
import { allowanceFor } from "../probe/probe.ts";
import { calendar } from "../../log/calendar.ts";
import { findingsInCluster } from "./cluster/cluster.ts";
import { kubectl, KubectlError } from "./cluster/kubectl.ts";
import { untilBroken, type Finding } from "./finding.ts";
import { findingsHere } from "./here.ts";
import { findingsOnTheWay } from "./way.ts";

function settings(error: SettingsError): Finding {
  return {
    name: "settings",
    state: "broken",
    saw: error.message,
    means: "the client refuses to start with these",
    next: "systemctl cat analyze-client",
  };
}

function refused(error: KubectlError): Finding {
  return {
    name: "kubectl",
    state: "broken",
    saw: error.message,
    means: "this person may not look there, or the cluster went away",
    next: "kubectl auth can-i --list",
  };
}

async function* examine(config: Config): AsyncGenerator<Finding> {
  yield* findingsHere(config);
  const ask = createAsker(config, allowanceFor(calendar(config.schedule).shortestStep));
  const { probed } = await ask(Math.floor(Date.now() / 1000) * 1000);
  yield* findingsOnTheWay(config, probed);
}

/** Where the doctor looks: along the way from here, or into the cluster. */
export type Examination = (config: Config) => AsyncIterable<Finding>;

/** Walks from this machine to the app. */
export const alongTheWay: Examination = examine;

/** Looks into the cluster with the person's kubectl. Reading `namespace` must be allowed to them. */
export function intoTheCluster(namespace: string): Examination {
  return (config) => findingsInCluster({ config, namespace, run: kubectl });
}

/** Reads the settings, then examines, and stops at the first broken place. */
export async function* examineWith(env: NodeJS.ProcessEnv, examination: Examination): AsyncGenerator<Finding> {
  try {
    const config = readConfig(env);
    yield { name: "settings", state: "ok", saw: config.url.href };
    yield* untilBroken(examination(config));
  } catch (error) {
    if (error instanceof KubectlError) yield refused(error);
    else if (error instanceof SettingsError) yield settings(error);
    else throw error;
  }
}
