import { expect, it } from "vitest";
import { areCredentials, credentialsAfter } from "./credentials.ts";

const [one, two, three] = ["1".repeat(40), "2".repeat(40), "3".repeat(40)] as const;

it("alternates between two users, and keeps the previous one with its password", () => {
  const first = credentialsAfter(undefined, one);
  const second = credentialsAfter(JSON.stringify(first), two);
  const third = credentialsAfter(JSON.stringify(second), three);
  expect([first, second, third]).toEqual([
    { username: "web-a", password: one, previousUsername: "", previousPassword: "" },
    { username: "web-b", password: two, previousUsername: "web-a", previousPassword: one },
    { username: "web-a", password: three, previousUsername: "web-b", previousPassword: two },
  ]);
});

it.each(["{}", "not JSON", "null", '{"username":7}', '{"password":"of an earlier release"}'])(
  "starts with the first user after %s",
  (current) => {
    const next = credentialsAfter(current, one);
    expect(next).toMatchObject({ username: "web-a", password: one, previousUsername: "" });
    expect(areCredentials(JSON.stringify(next))).toBe(true);
  },
);

it.each<[string, object]>([
  ["no user", { username: undefined }],
  ["a user that no store knows", { username: "root" }],
  ["the user before", { previousUsername: "web-b" }],
  ["the password before", { previousPassword: two }],
  ["a short password", { password: "2" }],
  ["a password that a connection string would have to escape", { password: "@".repeat(40) }],
])("rejects credentials with %s", (_, change) => {
  const good = { username: "web-b", password: two, previousUsername: "web-a", previousPassword: one };
  expect(areCredentials(JSON.stringify(good))).toBe(true);
  expect(areCredentials(JSON.stringify({ ...good, ...change }))).toBe(false);
});
