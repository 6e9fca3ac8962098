/** The class of volumes for stores: encrypted gp3 by EBS's driver, made where the pod is, growable, the cluster's default. */
export const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "ebs.csi.aws.com",
  parameters: { type: "gp3", encrypted: "true", "csi.storage.k8s.io/fstype": "ext4" },
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
  reclaimPolicy: "Delete",
} as const;
