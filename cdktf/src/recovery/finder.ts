import type { Found } from "./found.ts";
import type { Resource } from "./stack.ts";

/** What a finder may use besides the attributes of its resource. */
export interface Search {
  /** The id of the resource that an attribute of this one refers to; {@link notFound}: it was not found. */
  readonly idOf: (attribute: string) => string;
  /** The `name` in the stack of the resource that an attribute refers to. */
  readonly nameOf: (attribute: string) => string;
  /** The ids that resources of a type refer to by `other`, where their `attribute` refers to this one. */
  readonly referring: (type: string, attribute: string, other: string) => string[];
  readonly found: Found;
  readonly account: string;
  readonly region: string;
}

/** Stands for the id of a resource that was not found. */
export const notFound = "not found";

/** How a resource is recognised: the id that Terraform imports it by. Undefined: there is none. */
export type Finder = (values: Resource["values"], search: Search) => string | undefined;

/** Finders by type of resource. */
export type Finders = Readonly<Record<string, Finder>>;

/** What Terraform adds to a prefix: the time to a ten-thousandth of a second, and a counter in hexadecimal. */
const suffix = /^\d{18}[0-9a-f]{8}$/;

/** Whether Terraform made the name from this prefix. */
export function hasPrefix(name: string | undefined, prefix: unknown): boolean {
  return name !== undefined && name.startsWith(String(prefix)) && suffix.test(name.slice(String(prefix).length));
}

/** A network in CIDR notation: as it stands there, or as Terraform's `cidrsubnet` calculates it. */
export function cidrOf(value: unknown): string {
  const text = String(value);
  const [, address = "", prefix, added, index] =
    /^\$\{cidrsubnet\("([\d.]+)\/(\d+)", (\d+), (\d+)\)\}$/.exec(text) ?? [];
  if (address === "") return text;
  const bits = Number(prefix) + Number(added);
  const first =
    address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) + Number(index) * 2 ** (32 - bits);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${bits}`;
}
