import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accepted, task } from "../../server/src/contract/tasks.ts";
import { ask } from "../edge/ask.ts";
import { describeWith } from "../support/requirements.ts";
import { createProject, type Project } from "./project.ts";

const services = ["nginx", "web-1", "web-2", "worker", "redis", "mongodb", "mongodb-user"];
const patience = { timeout: 60_000, interval: 500 };
const root = join(import.meta.dirname, "../..");

let project: Project;

/** A file's commands that match, without the prompt's comment. */
function commandsOf(file: string, form: RegExp): string[] {
  return readFileSync(join(root, file), "utf8").match(form) ?? [];
}

/** Runs the README's command on this project's port and certificates. Returns its output; throws if curl fails. */
function runReadmesCommand(): string {
  const [line = ""] = commandsOf("README.md", /^curl .*localhost:8443\/api\/add\/task1\b/m);
  const [, port = ""] = /:(\d+)$/.exec(project.edge().url) ?? [];
  const own = line.replace(":8443/", `:${port}/`).replace(" certs/", ` ${project.certificates}/`);
  const [command = "", ...args] = own.split(" ");
  return execFileSync(command, ["--silent", "--show-error", ...args], { encoding: "utf8" });
}

/** The same until the task is accepted: Redis on a busy machine is too slow for some. Returns the task's ID. */
async function addAsTheReadmeSays(): Promise<string> {
  let id = "";
  const add = (): boolean => {
    const { success, data } = accepted.safeParse(JSON.parse(runReadmesCommand()));
    id = data?.id ?? "";
    return success;
  };
  await expect.poll(add, patience).toBe(true);
  return id;
}

/** State of a task, or the status of the answer if there is none. */
async function stateOf(id: string): Promise<string | number> {
  const { status, body } = await ask(project.edge(), { path: `/api/tasks/${id}` });
  return status === 200 ? task.parse(JSON.parse(body)).state : status;
}

/** Resolves when a task is accepted and completed. */
async function untilTasksWork(): Promise<void> {
  const id = await addAsTheReadmeSays();
  await expect.poll(() => stateOf(id), patience).toBe("completed");
}

async function messagesOf(id: string): Promise<(string | undefined)[]> {
  const lines = (await project.compose("logs", "--no-log-prefix", "worker")).split("\n");
  return lines.filter((line) => line.includes(id)).map((line) => /"msg":"(\w+ task)"/.exec(line)?.[1]);
}

describeWith(["docker", "compose", "curl"], "tasks of docker compose on the second day", () => {
  beforeAll(async () => {
    project = await createProject();
    await project.compose("up", "--build", "--detach", "--wait", ...services);
  });
  afterAll(async () => {
    await project.remove();
  });

  it("the README's curl adds a task on localhost, and worker logs both lines with its ID", async () => {
    const id = await addAsTheReadmeSays();
    await expect.poll(() => messagesOf(id), patience).toEqual(["Processing task", "Completed task"]);
  });

  it("down and up keep tasks and password", async () => {
    const id = await addAsTheReadmeSays();
    await expect.poll(() => stateOf(id), patience).toBe("completed");
    await project.compose("down");
    await project.compose("up", "--detach", "--wait", ...services);
    await expect.poll(() => stateOf(id), patience).toBe("completed");
    await untilTasksWork();
  });

  it("while Redis is killed, tasks answer 503 and analyses 200; web and worker recover without a restart", async () => {
    const id = await addAsTheReadmeSays();
    await project.compose("kill", "redis");
    const { status } = await ask(project.edge(), { path: "/api/add/during", method: "POST" });
    expect(status).toBe(503);
    const body = JSON.stringify({ text: "a" });
    const analyze = async (): Promise<number> => (await ask(project.edge(), { path: "/analyze", body })).status;
    await expect.poll(analyze, patience).toBe(200);
    await project.compose("up", "--detach", "--no-deps", "redis");
    await untilTasksWork();
    await expect.poll(() => stateOf(id), patience).toBe("completed");
  });

  it("the commands of the docs change Redis' password; tasks are kept, and the old password is rejected", async () => {
    const id = await addAsTheReadmeSays();
    const password = (): Promise<string> => project.compose("exec", "-T", "redis", "cat", "/run/redis/password");
    const old = (await password()).trim();
    const commands = commandsOf("docs/queue.md", /^docker compose (?:run|restart) [^#\n]*[^#\s]/gm);
    expect(commands).toHaveLength(3);
    for (const command of commands) await project.compose(...command.split(" ").slice(2));
    await untilTasksWork();
    await expect.poll(() => stateOf(id), patience).toBe("completed");
    expect((await password()).trim()).toMatch(/^[\da-f]{64}$/);
    expect((await password()).trim()).not.toBe(old);
    const tried = await project.compose("exec", "-T", "redis", "valkey-cli", "--no-auth-warning", "-a", old, "PING");
    expect(tried).toMatch(/WRONGPASS|NOAUTH/);
  });
});
