import { startService, type RunningService } from "../support/services.ts";
import { issue, type Issued } from "./certificates.ts";
import { startNginx, type Nginx, type NginxOptions } from "./nginx.ts";

/** The complete system on one machine, each part a real process: nginx, two webs, a worker. */
export interface Stack {
  nginx: Nginx;
  issued: Issued;
  webs: RunningService[];
  worker: RunningService;
  /** Starts a new web on the port of an ended one; it becomes the last of `webs`. */
  replace(ended: RunningService | undefined): Promise<void>;
  stop(): Promise<void>;
}

/** Starts worker, two webs and nginx in front of them, with these options. */
export async function startStack(options: Pick<NginxOptions, "acme"> = {}): Promise<Stack> {
  const worker = await startService("worker");
  const workerUrl = { WORKER_URL: `http://127.0.0.1:${worker.port}` };
  const webs = await Promise.all([startService("web", workerUrl), startService("web", workerUrl)]);
  const issued = await issue();
  const nginx = await startNginx({ webPorts: webs.map(({ port }) => port), certificates: issued.dir, ...options });
  return {
    nginx,
    issued,
    webs,
    worker,
    replace: async (ended) => {
      if (ended === undefined) throw new Error("there is no web to replace");
      webs.splice(webs.indexOf(ended), 1);
      webs.push(await startService("web", { ...workerUrl, PORT: String(ended.port) }));
    },
    stop: async () => {
      await nginx.stop();
      await Promise.all([...webs, worker].map((service) => service.stop()));
    },
  };
}
