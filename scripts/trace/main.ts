import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith } from "@analyze/common/errors";
import { applyUsageRules } from "@analyze/common/usage";
import { Command, InvalidArgumentError } from "commander";
import { failure } from "../../deploy/run.ts";
import { drawTrace } from "./draw.ts";
import { eventsOf } from "./events.ts";
import { linesOfCluster, linesOfCompose, linesOfFiles, together } from "./sources.ts";

interface Options {
  log: string[];
  compose?: boolean;
  cluster?: boolean;
  namespace: string;
  controllerNamespace: string;
}

/** The logs of `npm start` below the working directory. */
const startFiles = [process.env["ANALYZE_LOG"] || "analyze.log", "logs/web.log", "logs/worker.log"];

function requestId(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("An ID has up to 64 letters, digits, - and _, as id= in the client's log.");
}

async function trace(id: string, options: Options): Promise<void> {
  const isNamed = options.log.length > 0 || options.compose === true || options.cluster === true;
  const found = together([
    await linesOfFiles(isNamed ? options.log : startFiles, id, isNamed),
    ...(options.compose ? [await linesOfCompose(id)] : []),
    ...(options.cluster ? [await linesOfCluster(options.namespace, options.controllerNamespace, id)] : []),
  ]);
  for (const fault of found.faults) process.stderr.write(`not read: ${fault}\n`);
  const events = eventsOf(found.lines, id);
  if (events.length > 0) return void process.stdout.write(drawTrace(events));
  const none = found.faults.length > 0 ? "No log could be read" : "There is no log here";
  const where = found.searched.length > 0 ? `No line of ${id} in: ${found.searched.join("; ")}` : none;
  throw failure(`${where}. Name other logs: --log FILE, --compose, --cluster`);
}

surviveClosedPipes();
const program = new Command("npm run trace --")
  .description("What the logs of client, edge, web and worker say of one request. Default: the logs of npm start.")
  .argument("<id>", "the request's ID: id= in the client's log, x-request-id in an answer", requestId)
  .option(
    "--log <file>",
    "a log and its rotated files, such as the client's; repeatable",
    (one, all: string[]) => [...all, one],
    [],
  )
  .option("--compose", "the logs of Docker Compose's containers")
  .option("--cluster", "the logs of the pods, and of the ingress controller, that kubectl reaches")
  .option("--namespace <name>", "of the release", "analyze")
  .option("--controller-namespace <name>", "of the ingress controller", "ingress-nginx")
  .action(trace);
applyUsageRules(program);

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}
