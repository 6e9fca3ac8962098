import type { Markup } from "../src/reader/report/html/chart.ts";

/** The source of a part of a page. */
export async function written(markup: Markup): Promise<string> {
  return String(await markup);
}

/** The visible text of a page's elements of this name, in order. */
export function textsOf(page: string, element: string): string[] {
  const found = page.matchAll(new RegExp(`<${element}(?:\\s[^>]*)?>([^]*?)</${element}\\s*>`, "g"));
  return Array.from(found, ([, inner = ""]) => shownOf(inner));
}

function shownOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .trim();
}

/** A page's tables by caption; each row is the texts of its cells, the header row first. */
export function tablesOf(page: string): Record<string, string[][]> {
  const tables = page.matchAll(/<caption>([^]*?)<\/caption>([^]*?)<\/table>/g);
  return Object.fromEntries(
    Array.from(tables, ([, caption = "", rest = ""]) => [
      caption.trim(),
      Array.from(rest.matchAll(/<tr>([^]*?)<\/tr>/g), ([, row = ""]) => textsOf(row, "t[hd]")),
    ]),
  );
}

/** The values of an attribute of a page's elements of this name. */
export function attributesOf(page: string, element: string, attribute: string): string[] {
  const found = page.matchAll(new RegExp(`<${element}\\s(?:[^>]*\\s)?${attribute}="([^"]*)"`, "g"));
  return Array.from(found, ([, value = ""]) => value);
}
