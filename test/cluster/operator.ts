import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Modules with the operator's own types, and what makes definitions of types. */
const modules = `module definitions

go 1.26.0

require (
	github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring v0.95.2
	sigs.k8s.io/controller-tools v0.23.0
)
`;

const types = "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1";

/**
 * Generates the Prometheus operator's definitions from its types, as its project does, into `folder`. Returns the files
 * by the definitions' names.
 */
export function operatorDefinitions(folder: string): Record<string, string> {
  writeFileSync(join(folder, "go.mod"), modules);
  writeFileSync(join(folder, "types.go"), `package definitions\n\nimport _ "${types}"\n`);
  const generator = "sigs.k8s.io/controller-tools/cmd/controller-gen";
  execFileSync("go", ["run", generator, "crd:allowDangerousTypes=true", `paths=${types}`, "output:dir=."], {
    cwd: folder,
    env: { ...process.env, GOFLAGS: "-mod=mod" },
    stdio: "pipe",
  });
  return Object.fromEntries(
    ["podmonitors", "prometheusrules"].map((name) => [
      `${name}.monitoring.coreos.com`,
      `monitoring.coreos.com_${name}.yaml`,
    ]),
  );
}
