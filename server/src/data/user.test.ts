import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { urlFor } from "./user.ts";

/** What MongoDB's driver reads from the URL of a user. */
function read(url: string, name = "web") {
  const { credentials, hosts, dbName, tls } = new MongoClient(urlFor(url, name), {
    auth: { username: name, password: "p" },
  }).options;
  return { user: credentials?.username, source: credentials?.source, hosts: hosts.map(String), db: dbName, tls };
}

const host = "a.test:27017";

it.each([
  ["no user", `mongodb://${host}/analyze`],
  ["an administrator", `mongodb://root@${host}/analyze`],
  ["a password with a percent sign", `mongodb://root:p%40%2F%25@${host}/analyze`],
  ["the administrator's database", `mongodb://root@${host}/analyze?authSource=admin`],
  ["the administrator's database in small letters", `mongodb://root@${host}/analyze?authsource=admin`],
  [
    "the administrator's database among others",
    `mongodb://root@${host}/analyze?appName=a&authSource=admin&maxPoolSize=5`,
  ],
  ["the administrator's database at the end", `mongodb://root@${host}/analyze?appName=a&authSource=admin`],
])("of a URL with %s, the user logs in at its own database", (_, url) => {
  expect(read(url)).toMatchObject({ user: "web", source: "analyze", db: "analyze", hosts: [host] });
});

it("the other options and all hosts stay", () => {
  expect(read("mongodb://root@a.test:1,b.test:2/analyze?authSource=admin&tls=true")).toMatchObject({
    hosts: ["a.test:1", "b.test:2"],
    tls: true,
  });
});

it.each(["web b", "a@b:c/d?e#f", "%41", "Зоя 👩‍👧", "$1$&"])("the user %s is the one of the URL", (name) => {
  expect(decodeURIComponent(/^mongodb:\/\/([^@]*)@/.exec(urlFor(`mongodb://${host}/analyze`, name))?.[1] ?? "")).toBe(
    name,
  );
  expect(read(`mongodb://root@${host}/analyze`, name)).toMatchObject({ user: name, hosts: [host] });
});
