import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { tagsOf } from "./images.ts";

function project(): { root: string; write(path: string, text: string): void } {
  const root = mkdtempSync(join(tmpdir(), "project-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of ["Dockerfile", "server/src/web/main.ts", "server/src/worker/main.ts", "client/src/main.ts"])
    write(path, path);
  return { root, write };
}

it("a tag changes with the image's content, and with nothing else", () => {
  const { root, write } = project();
  const tags = (): string[] => Object.values(tagsOf(root));
  const [web, worker, client] = tags();
  write("server/src/web/main.ts", "changed");
  expect(tags()).toEqual([expect.not.stringMatching(`^${web}$`), worker, client]);
  write("server/src/web/main.ts", "server/src/web/main.ts");
  write("server/src/web/main.test.ts", "a test");
  write("docs/read.md", "words");
  expect(tags()).toEqual([web, worker, client]);
  write("Dockerfile", "changed");
  expect(tags().filter((tag, at) => tag === [web, worker, client][at])).toEqual([]);
});

it("a tag does not depend on the project's folder", () => {
  const { root } = project();
  const copy = mkdtempSync(join(tmpdir(), "copy-"));
  cpSync(root, copy, { recursive: true });
  expect(tagsOf(copy)).toEqual(tagsOf(root));
});
