import type { HostileCase } from "./case.ts";
import { bodyCases } from "./table/bodies.ts";
import { evasions } from "./table/evasions.ts";
import { framing } from "./table/framing.ts";
import { headerCases } from "./table/headers.ts";
import { hosts } from "./table/hosts.ts";
import { sizes } from "./table/sizes.ts";
import { startLine } from "./table/start-line.ts";

/** Every hostile request with what must happen to it: the one table that tests services and edges alike. */
export const hostileTable: readonly HostileCase[] = [
  ...framing,
  ...evasions,
  ...startLine,
  ...hosts,
  ...headerCases,
  ...bodyCases,
  ...sizes,
];
