import { z } from "zod";
import { labelOf, type ManagedGroup, managedGroups } from "../../src/constructs/firewall-rules.ts";

/** A request as WAF sees it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** WAF's decision on a request: `status` null allows it. `counted`: rules that matched and only counted. */
export interface Outcome {
  readonly status: number | null;
  readonly body: string | null;
  readonly counted: readonly string[];
}

type Part = (request: Seen) => string;

const parts: Readonly<Record<string, Part>> = {
  BODY: ({ body }) => body.slice(0, 8192),
  URIPATH: ({ path }) => path,
  QUERYARGUMENTS: ({ query }) => decodeURIComponent(query),
  QUERYSTRING: ({ query }) => decodeURIComponent(query),
  COOKIE: ({ headers }) => headers["cookie"] ?? "",
  HEADER: ({ headers }) => Object.values(headers).join("\n"),
};

/** What AWS says that each kind of rule looks for, by the examples in its documentation. AWS matches more than this. */
const patterns: Readonly<Record<string, RegExp>> = {
  CrossSiteScripting: /<script|javascript:|onerror\s*=/i,
  GenericLFI: /\.\.\/\.\.\//,
  GenericRFI: /\b(?:https?|ftps?|file):\/\/\d{1,3}(?:\.\d{1,3}){3}/i,
  EC2MetaDataSSRF: /169\.254\.169\.254/,
  RestrictedExtensions: /\.(?:log|ini|conf|bak|sql)\b/i,
  JavaDeserializationRCE: /java\.lang\.Runtime|getRuntime\(\)\.exec/,
  Log4JRCE: /\$\{jndi:/i,
  ReactJSRCE: /"then"\s*:\s*"\$1:__proto__/,
};

const single: Readonly<Record<string, (request: Seen) => boolean>> = {
  NoUserAgent_HEADER: ({ headers }) => headers["user-agent"] === undefined,
  UserAgent_BadBots_HEADER: ({ headers }) => /nessus|nmap/i.test(headers["user-agent"] ?? ""),
  SizeRestrictions_QUERYSTRING: ({ query }) => query.length > 2048,
  SizeRestrictions_Cookie_HEADER: ({ headers }) => (headers["cookie"] ?? "").length > 10_240,
  SizeRestrictions_BODY: ({ body }) => Buffer.byteLength(body) > 8192,
  SizeRestrictions_URIPATH: ({ path }) => path.length > 1024,
  Host_localhost_HEADER: ({ headers }) => /localhost/i.test(headers["host"] ?? ""),
  PROPFIND_METHOD: ({ method }) => method === "PROPFIND",
  ExploitablePaths_URIPATH: ({ path }) => /web-inf/i.test(path),
  // These two check the caller's address.
  AWSManagedIPReputationList: () => false,
  AWSManagedReconnaissanceList: () => false,
};

function matches(rule: string, request: Seen): boolean {
  const own = single[rule];
  if (own !== undefined) return own(request);
  const [name = "", part = ""] = rule.split(/_(?=[A-Z]+$)/);
  const [pattern, read] = [patterns[name], parts[part]];
  if (pattern === undefined || read === undefined) throw new Error(`the model does not know ${rule}`);
  return pattern.test(read(request));
}

const responseShape = z.object({ response_code: z.number(), custom_response_body_key: z.string() });
const actionShape = z.object({
  count: z.object({}).optional(),
  block: z.object({ custom_response: responseShape }).optional(),
});
const notPath = z.object({
  not_statement: z.object({
    statement: z.tuple([z.object({ byte_match_statement: z.object({ search_string: z.string() }) })]),
  }),
});
const anyLabel = z.object({
  or_statement: z.object({ statement: z.array(z.object({ label_match_statement: z.object({ key: z.string() }) })) }),
});
const statementShape = z.object({
  managed_rule_group_statement: z
    .object({
      name: z.string(),
      rule_action_override: z.array(z.object({ name: z.string(), action_to_use: actionShape })),
    })
    .optional(),
  and_statement: z.object({ statement: z.tuple([anyLabel], notPath) }).optional(),
});
const aclShape = z.object({
  custom_response_body: z.array(z.object({ key: z.string(), content: z.string() })),
  rule: z.array(z.object({ priority: z.number(), action: actionShape.optional(), statement: statementShape })),
});

/** The rules of the model's groups, in WAF's order. */
function rulesOf(name: string): [ManagedGroup, string[]] {
  const group = managedGroups.find((one) => one.name === name);
  if (group === undefined) throw new Error(`the model does not know ${name}`);
  return [group, [...group.counted, ...group.blocked, ...group.body]];
}

/**
 * The decision of a synthesised web ACL on a request, without its rate limit. A model: it has AWS's rules as AWS
 * documents them, and evaluates priorities, overrides, labels and custom responses.
 */
export function judge(acl: unknown, request: Seen): Outcome {
  const { rule: rules, custom_response_body: bodies } = aclShape.parse(acl);
  const counted: string[] = [];
  const labels = new Set<string>();
  const refused = ({ response_code, custom_response_body_key: key }: z.infer<typeof responseShape>): Outcome => {
    const body = bodies.find((one) => one.key === key)?.content ?? null;
    return { status: response_code, body, counted };
  };
  for (const { statement, action } of rules.toSorted((one, other) => one.priority - other.priority)) {
    const { managed_rule_group_statement: group, and_statement: and } = statement;
    if (group !== undefined) {
      const [known, names] = rulesOf(group.name);
      for (const name of names.filter((one) => matches(one, request))) {
        const override = group.rule_action_override.find((one) => one.name === name)?.action_to_use;
        labels.add(labelOf(known, name));
        if (override?.count === undefined) {
          const response = override?.block?.custom_response;
          return response === undefined ? { status: 403, body: null, counted } : refused(response);
        }
        counted.push(name);
      }
    }
    if (and === undefined) continue;
    const [any, ...nots] = and.statement;
    const isLabelled = any.or_statement.statement.some((one) => labels.has(one.label_match_statement.key));
    const isElsewhere = nots.every(
      ({
        not_statement: {
          statement: [{ byte_match_statement }],
        },
      }) => {
        return byte_match_statement.search_string !== request.path;
      },
    );
    if (isLabelled && isElsewhere && action?.block !== undefined) return refused(action.block.custom_response);
  }
  return { status: null, body: null, counted };
}
