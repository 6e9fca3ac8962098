import type { HostileCase } from "./case.ts";
import { bodyCases } from "./table/bodies.ts";
import { dataRows } from "./table/data.ts";
import { evasions } from "./table/evasions.ts";
import { framing } from "./table/framing.ts";
import { withGateway } from "./table/gateway.ts";
import { headerCases } from "./table/headers.ts";
import { hosts } from "./table/hosts.ts";
import { sizes } from "./table/sizes.ts";
import { startLine } from "./table/start-line.ts";
import { taskRows } from "./table/tasks.ts";

const rows: readonly HostileCase[] = [
  ...framing,
  ...evasions,
  ...startLine,
  ...hosts,
  ...headerCases,
  ...bodyCases,
  ...sizes,
];

/** Every hostile request with its expected result. The same table tests services and edges. */
export const hostileTable: readonly HostileCase[] = rows.map(withGateway);

/** The same for the routes of tasks, of targets that have Redis. */
export const taskTable: readonly HostileCase[] = taskRows;

/** The same for the routes of documents, of targets that have MongoDB. */
export const dataTable: readonly HostileCase[] = dataRows;
