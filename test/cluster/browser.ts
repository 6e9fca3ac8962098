import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";

/** A Chromium with its own profile that trusts one additional CA. */
export interface Browser {
  /** Opens the URL. Rejects with Chromium's net::ERR_… if it fails. */
  open(url: string): Promise<Page>;
  close(): Promise<void>;
}

/** Puts the CA into an NSS database, where Chromium on Linux reads trusted CAs. */
function trust(home: string, ca: string): void {
  const database = join(home, ".pki", "nssdb");
  mkdirSync(database, { recursive: true });
  writeFileSync(join(home, "ca.crt"), ca);
  const certutil = (...args: string[]): void => {
    execFileSync("certutil", ["-d", `sql:${database}`, ...args], { stdio: "pipe" });
  };
  certutil("-N", "--empty-password");
  certutil("-A", "-n", "analyze", "-t", "C,,", "-i", join(home, "ca.crt"));
}

/** Starts Chromium with every name resolved to `ip`, and with all certificate checks. */
export async function openTrusting(ca: string, ip = "127.0.0.1"): Promise<Browser> {
  const home = mkdtempSync(join(tmpdir(), "browser-"));
  trust(home, ca);
  const browser = await chromium.launchPersistentContext(join(home, "profile"), {
    executablePath: "/usr/bin/chromium",
    env: { ...process.env, HOME: home },
    args: [`--host-resolver-rules=MAP * ${ip}`, "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  return {
    open: async (url) => {
      const page = await browser.newPage();
      const visit = (): Promise<unknown> => page.goto(url, { timeout: 30_000 });
      // A container that starts or ends on this machine changes its network: that is no fault of the page.
      const again = (error: Error): Promise<unknown> => {
        if (!error.message.includes("ERR_NETWORK_CHANGED")) throw error;
        return visit();
      };
      await visit().catch(again).catch(again).catch(again);
      return page;
    },
    close: async () => {
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
