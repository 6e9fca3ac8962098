/** Docker's names of the two processors that images and hosts support. */
export type Processor = "arm64" | "amd64";

const sizes = /^(nano|micro|small|medium|large|(\d+)?xlarge(-flex)?|metal(-\d+xl)?)$/;

/** Processor of an EC2 instance type; null where the text is not a type that Amazon Linux 2023 boots on. */
export function processorOf(instanceType: string): Processor | null {
  const [, family = "", size = ""] = /^([a-z]+\d[a-z0-9-]*)\.([a-z0-9-]+)$/.exec(instanceType) ?? [];
  // A1 is older than the ARMv8.2 that Amazon Linux 2023 needs; Macs boot macOS only.
  if (!sizes.test(size) || /^(a1|mac)/.test(family)) return null;
  return /^[a-z]+\d+[a-z]*g[a-z]*(-[a-z0-9]+)?$/.test(family) ? "arm64" : "amd64";
}
