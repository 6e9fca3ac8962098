import { afterAll, beforeAll, expect, it } from "vitest";
import { splitAddress } from "../../deploy/minikube/reach.ts";
import { describeWith } from "../support/requirements.ts";
import { openTrusting, type Browser } from "./browser.ts";
import { deployed, type World } from "./world.ts";

let world: World;
let browser: Browser;

describeWith(["cluster", "helm", "docker", "chromium", "certutil"], "a person with a browser", () => {
  beforeAll(async () => {
    world = await deployed();
    browser = await openTrusting(world.ca, splitAddress(world.address).host);
  });
  afterAll(() => browser.close());

  it("opens the page over verified TLS, fills in the form, and reads the answer", async () => {
    const page = await browser.open(`https://${world.host}/`);
    await page.locator("textarea, input[type=text]").first().fill("Hello, how are you?");
    await page.locator("button, input[type=submit]").first().click();
    const answer = page.getByText("Word Count: 4 | Reverse: ?uoy era woh ,olleH");
    await answer.waitFor({ timeout: 10_000 });
    expect(await answer.isVisible()).toBe(true);
  });
});
