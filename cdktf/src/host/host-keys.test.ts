import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isPinned, keysOnConsole, pin } from "./host-keys.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGz3Zq5y0n1Wl1dXqVx1s7m0sB7vW1qJ8r5m1h0Yh4cQ";
const block = (line: string): string =>
  `[   12.1] cloud-init[1]: -----BEGIN SSH HOST KEY KEYS-----\r\n${line}\r\n-----END SSH HOST KEY KEYS-----\r\nlogin:`;

it("finds the keys that cloud-init prints, without their comment and the console's prefix", () => {
  expect(keysOnConsole(block(`[   12.2] cloud-init[1]: ${key} root@ip-10-73-0-9`))).toEqual([key]);
});

it("takes the last boot's keys when there are several", () => {
  const old = key.replace("Gz3Z", "AAAA");
  expect(keysOnConsole(block(old) + block(key))).toEqual([key]);
});

it("finds none in console output without the block, or with an incomplete one", () => {
  expect(keysOnConsole("")).toEqual([]);
  expect(keysOnConsole(block(key).split("-----END")[0] ?? "")).toEqual([]);
});

it("pins a host under its instance id and keeps the others", () => {
  const file = join(mkdtempSync(join(tmpdir(), "known-")), "state", "known_hosts");
  pin(file, "i-1", [key]);
  pin(file, "i-2", [key]);
  expect([isPinned(file, "i-1"), isPinned(file, "i-2"), isPinned(file, "i-3")]).toEqual([true, true, false]);
  expect(readFileSync(file, "utf8")).toBe(`i-1 ${key}\ni-2 ${key}\n`);
});
