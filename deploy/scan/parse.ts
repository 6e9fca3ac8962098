import { z } from "zod";
import { type Finding, severityFrom } from "./finding.ts";

const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((all) => all ?? []);
const text = z.string().default("");

const trivy = z.object({
  Results: list(
    z.object({
      Target: z.string(),
      Vulnerabilities: list(
        z.object({
          VulnerabilityID: z.string(),
          PkgName: z.string(),
          InstalledVersion: text,
          FixedVersion: text,
          Severity: z.string(),
          Title: text,
        }),
      ),
      Misconfigurations: list(z.object({ ID: z.string(), Title: text, Severity: z.string(), Status: text })),
      Secrets: list(
        z.object({ RuleID: z.string(), Title: text, Severity: z.string(), StartLine: z.number().default(0) }),
      ),
      Licenses: list(z.object({ Name: z.string(), PkgName: text, FilePath: text, Severity: z.string() })),
    }),
  ),
});

type TrivyResult = z.infer<typeof trivy>["Results"][number];

/** A report without results has no `Results`. */
const trivyReport = z.union([z.object({ SchemaVersion: z.number() }), z.object({ Results: z.array(z.unknown()) })]);

/** Trivy's JSON → findings. Licences count from HIGH on: Trivy lists every licence, the permissive ones as LOW. Throws on other JSON. Pure. */
export function trivyFindings(json: unknown): Finding[] {
  trivyReport.parse(json);
  const { Results } = trivy.parse(json);
  return Results.flatMap((result) =>
    [vulnerabilities(result), misconfigurations(result), secrets(result), licences(result)].flat(),
  );
}

function vulnerabilities({ Target, Vulnerabilities }: TrivyResult): Finding[] {
  return Vulnerabilities.map((one) => ({
    kind: "vulnerability",
    id: one.VulnerabilityID,
    severity: severityFrom(one.Severity),
    subject: `${one.PkgName} ${one.InstalledVersion} in ${Target}`,
    title: one.Title,
    fixedIn: one.FixedVersion || null,
  }));
}

function misconfigurations({ Target, Misconfigurations }: TrivyResult): Finding[] {
  const failed = Misconfigurations.filter(({ Status }) => Status !== "PASS");
  return failed.map((one) => other("configuration", one.ID, one, Target));
}

function secrets({ Target, Secrets }: TrivyResult): Finding[] {
  return Secrets.map((one) => other("secret", one.RuleID, one, `${Target}:${one.StartLine}`));
}

function licences({ Target, Licenses }: TrivyResult): Finding[] {
  const serious = Licenses.filter(({ Severity }) => ["CRITICAL", "HIGH"].includes(severityFrom(Severity)));
  return serious.map(({ Name, PkgName, FilePath, Severity }) =>
    other("licence", Name, { Severity, Title: `licence ${Name}` }, PkgName || FilePath || Target),
  );
}

function other(
  kind: Finding["kind"],
  id: string,
  { Severity, Title }: { Severity: string; Title: string },
  subject: string,
): Finding {
  return { kind, id, severity: severityFrom(Severity), subject, title: Title, fixedIn: null };
}

const hadolint = z.array(
  z.object({ code: z.string(), file: z.string(), line: z.number(), level: z.string(), message: z.string() }),
);

/** hadolint's JSON → findings. Pure. */
export function hadolintFindings(json: unknown): Finding[] {
  return hadolint.parse(json).map(({ code, file, line, level, message }) => ({
    kind: "configuration",
    id: code,
    severity: severityFrom(level),
    subject: `${file}:${line}`,
    title: message,
    fixedIn: null,
  }));
}

const checkov = z.union([z.object({ results: z.unknown() }).transform((one) => [one]), z.array(z.unknown())]).pipe(
  z
    .array(
      z.object({
        results: z.object({
          failed_checks: z.array(
            z.object({
              check_id: z.string(),
              check_name: z.string(),
              file_path: z.string(),
              file_line_range: z.array(z.number()),
            }),
          ),
        }),
      }),
    )
    .min(1),
);

/** checkov's JSON, of one framework or of several → findings. Without an account checkov names no severity. Pure. */
export function checkovFindings(json: unknown): Finding[] {
  return checkov
    .parse(json)
    .flatMap(({ results }) => results.failed_checks)
    .map(({ check_id: id, check_name: title, file_path: path, file_line_range: [line = 1] }) => ({
      kind: "configuration",
      id,
      severity: "UNKNOWN",
      subject: `${path.replace(/^\//, "")}:${line}`,
      title,
      fixedIn: null,
    }));
}

const via = z.union([z.string(), z.object({ title: z.string(), url: z.string() })]);
const audit = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      severity: z.string(),
      range: z.string(),
      via: z.array(via),
      fixAvailable: z.union([z.boolean(), z.object({ version: z.string() })]),
    }),
  ),
});

/** The JSON of `npm audit` → findings: one for each advisory; a package that only depends on a vulnerable one has none. Pure. */
export function auditFindings(json: unknown): Finding[] {
  return Object.entries(audit.parse(json).vulnerabilities).flatMap(
    ([name, { severity, range, via: all, fixAvailable }]) =>
      all.flatMap((one): Finding[] => {
        if (typeof one === "string") return [];
        const fixedIn =
          typeof fixAvailable === "object" ? fixAvailable.version : fixAvailable ? "a newer version" : null;
        const id = one.url.split("/").at(-1) ?? one.url;
        return [
          {
            kind: "vulnerability",
            id,
            severity: severityFrom(severity),
            subject: `${name} ${range}`,
            title: one.title,
            fixedIn,
          },
        ];
      }),
  );
}
