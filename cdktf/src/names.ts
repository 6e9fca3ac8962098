/** Name of a stage in AWS: of its cluster, load balancer and key, and the prefix of other names. */
export function nameOf(stage: string): string {
  return `analyze-${stage}`;
}

/** The stage's secret in Secrets Manager. */
export function secretName(stage: string): string {
  return `${nameOf(stage)}/stores`;
}

/** The topic of what wakes someone. `name`: the stage's name in AWS. */
export function alarmTopicName(name: string): string {
  return `${name}-alarms`;
}
