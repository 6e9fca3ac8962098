import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "../load/backend.ts";
import { startProgram } from "../support/program.ts";

/** An nginx that shares requests between instances. */
export interface Balancer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Whether a POST without an answer is retried on another instance, as the edge does for routes without effect. */
export type Retry = "once sent, never again" | "on another instance";

const retries: Record<Retry, string> = {
  "once sent, never again": "error timeout",
  "on another instance": "error timeout non_idempotent",
};

// max_fails=0: an instance that has just restarted is used at once, or nginx would find none alive.
function configuration(port: number, backends: readonly number[], folder: string, retry: Retry): string {
  const servers = backends.map((backend) => `server 127.0.0.1:${backend} max_fails=0;`).join(" ");
  return `
    daemon off; pid ${folder}/pid; error_log stderr notice; worker_processes 1;
    events { worker_connections 1024; }
    http {
      access_log off;
      client_body_temp_path ${folder}; proxy_temp_path ${folder};
      fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      upstream instances { ${servers} keepalive 32; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://instances; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_next_upstream ${retries[retry]};
        }
      }
    }`;
}

/** Starts a balancer on a free loopback port, before instances at these ports of 127.0.0.1. */
export async function startBalancer(backends: readonly number[], retry: Retry): Promise<Balancer> {
  const folder = mkdtempSync(join(tmpdir(), "balancer-"));
  const place = createServer();
  const port = await listen(place);
  await new Promise((resolve) => place.close(resolve));
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(port, backends, folder, retry));
  const program = startProgram("nginx", ["-e", "stderr", "-p", folder, "-c", file]);
  await program.waitFor(/start worker process \d+/);
  return {
    port,
    stop: async () => {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
