import { createAsker } from "../asker.ts";
import { SettingsError } from "@analyze/common/settings";
import { readConfig, type Config } from "../config.ts";
import { allowanceFor } from "../probe/probe.ts";
import { calendar } from "../../log/calendar.ts";
import { untilBroken, type Finding } from "@analyze/common/finding";
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

async function* walk(config: Config): AsyncGenerator<Finding> {
  yield* findingsHere(config);
  const ask = createAsker(config, allowanceFor(calendar(config.schedule).shortestStep));
  const { probed } = await ask(Math.floor(Date.now() / 1000) * 1000);
  yield* findingsOnTheWay(config, probed);
}

/** Reads the settings, then walks from this machine to the app, and stops at the first broken place. */
export async function* examine(env: NodeJS.ProcessEnv): AsyncGenerator<Finding> {
  try {
    const config = readConfig(env);
    yield { name: "settings", state: "ok", saw: config.url.href };
    yield* untilBroken(walk(config));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    yield settings(error);
  }
}
