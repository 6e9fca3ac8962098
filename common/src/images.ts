/** The images that a cluster runs. Each has a stage in the Dockerfile, and a repository in every stage on AWS. */
export const clusterImages = ["web", "worker", "client"] as const;
