import { isIPv4, isIPv6 } from "node:net";

/** A block of addresses as written: `address` may have host bits. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly address: bigint;
  /** Length of the prefix, 0 to 32 or 128. */
  readonly bits: number;
}

const width = { 4: 32, 6: 128 } as const;

/** Parses a CIDR, IPv4 or IPv6. Null where the text is not one; a prefix of `/00` counts as `/0`, as AWS reads it. */
export function parseCidr(text: string): Cidr | null {
  const [address = "", prefix = "", ...rest] = text.split("/");
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : null;
  if (family === null || rest.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > width[family]) return null;
  return { family, address: family === 4 ? valueOf(address, ".", 8) : ipv6(address), bits: Number(prefix) };
}

/** Number of addresses in it. */
export function sizeOf({ family, bits }: Cidr): bigint {
  return 1n << BigInt(width[family] - bits);
}

/** The first address of the block: `address` without its host bits. */
function firstOf(cidr: Cidr): bigint {
  return cidr.address - (cidr.address % sizeOf(cidr));
}

/** Whether the address has host bits, so that AWS would reject the CIDR. */
export function hasHostBits(cidr: Cidr): boolean {
  return firstOf(cidr) !== cidr.address;
}

/** Whether two blocks share an address. */
export function overlap(one: Cidr, other: Cidr): boolean {
  if (one.family !== other.family) return false;
  return firstOf(one) < firstOf(other) + sizeOf(other) && firstOf(other) < firstOf(one) + sizeOf(one);
}

/** The block of an IPv4 CIDR, without host bits: `203.0.113.7/24` gives `203.0.113.0/24`. */
export function blockOf(cidr: Cidr): string {
  const first = firstOf(cidr);
  return `${[24n, 16n, 8n, 0n].map((shift) => (first >> shift) & 255n).join(".")}/${cidr.bits}`;
}

const widest = { 4: 8, 6: 32 } as const;

/** Whether blocks together are wider than one organisation's network: more than a /8 of IPv4 or a /32 of IPv6. */
export function isWorld(cidrs: readonly Cidr[]): boolean {
  return ([4, 6] as const).some((family) => {
    const total = cidrs.filter((cidr) => cidr.family === family).reduce((sum, cidr) => sum + sizeOf(cidr), 0n);
    return total > 1n << BigInt(width[family] - widest[family]);
  });
}

function valueOf(address: string, separator: string, bits: number): bigint {
  const radix = bits === 8 ? "" : "0x";
  return address.split(separator).reduce((value, part) => (value << BigInt(bits)) + BigInt(`${radix}${part}`), 0n);
}

/** The URL parser writes every form of an IPv6 address in groups of hex, with at most one `::`. */
function ipv6(address: string): bigint {
  const [head = "", tail] = new URL(`http://[${address.split("%")[0]}]/`).hostname.slice(1, -1).split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const missing = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return valueOf([...before, ...missing, ...after].join(":"), ":", 16);
}
