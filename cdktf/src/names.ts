/** Name of a stage in AWS: the cluster, the balancer, the key; what else it makes begins with it. */
export function nameOf(stage: string): string {
  return `analyze-${stage}`;
}

/** The stage's secret in Secrets Manager. */
export function secretName(stage: string): string {
  return `${nameOf(stage)}/stores`;
}
