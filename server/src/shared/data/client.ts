import { errorCode } from "@analyze/common/errors";
import { SettingsError } from "@analyze/common/settings";
import { MongoClient, MongoServerError, MongoServerSelectionError, type Db, type MongoClientOptions } from "mongodb";
import { userOf, type DataSettings } from "./settings.ts";

/** The database if the URL names none. */
const defaultDatabase = "analyze";

/**
 * Milliseconds for a new connection and for a check of the server. Both go on beside the operations, which end before: on a busy
 * machine a shorter limit would give up each connection before it is authenticated, and the pool with each late check.
 */
const connectTimeoutMS = 3_000;

/**
 * Time-outs of the stages of an operation that may take `ms`. MongoDB's own defaults wait for 30 seconds, or forever;
 * `timeoutMS` has no effect since 7.8.
 */
function stagesOf(ms: number): MongoClientOptions {
  return {
    connectTimeoutMS,
    socketTimeoutMS: ms * 0.9,
    waitQueueTimeoutMS: ms * 0.3,
  };
}

const options: MongoClientOptions = {
  appName: "analyze",
  maxPoolSize: 20,
  heartbeatFrequencyMS: 2_000,
  // The guard retries every operation with the same ID: also on servers without sessions, and within a second.
  retryReads: false,
  retryWrites: false,
};

/**
 * The error's name for a log line or an answer: the operating system's code or MongoDB's name, such as ECONNREFUSED or
 * AuthenticationFailed. Messages can quote addresses and values.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error instanceof MongoServerError) return String(error.codeName ?? error.code ?? error.name);
  if (error instanceof MongoServerSelectionError) {
    const servers: Iterable<{ error: unknown }> = error.reason?.servers.values() ?? [];
    for (const { error: inner } of servers) if (inner instanceof Error) return reasonOf(inner);
  }
  const code = errorCode(error);
  if (code !== undefined) return code;
  return error.cause instanceof Error ? reasonOf(error.cause) : error.name;
}

/**
 * A client of MongoDB and its database; it connects with its first operation. Throws SettingsError, without any value,
 * if the driver rejects the URL. `findMs`: how long to look for the server, if not nearly as long as an operation may take.
 */
export function openDatabase(
  { url, username = userOf(url), password, timeoutMs }: DataSettings,
  findMs: number = timeoutMs * 0.9,
) {
  const auth = password !== undefined && username !== undefined ? { auth: { username, password } } : {};
  let client: MongoClient;
  try {
    client = new MongoClient(url, { ...options, ...stagesOf(timeoutMs), serverSelectionTimeoutMS: findMs, ...auth });
  } catch {
    // The driver's message can quote the URL.
    throw new SettingsError(["MONGODB_URL is refused by the MongoDB driver: check its options"]);
  }
  const named = /^mongodb(?:\+srv)?:\/\/[^/]+\/[^?]/.test(url);
  const db: Db = named ? client.db() : client.db(defaultDatabase);
  return { client, db };
}
