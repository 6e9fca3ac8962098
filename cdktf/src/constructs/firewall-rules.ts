/** A managed rule group of AWS, with its rules as AWS documents them. */
export interface ManagedGroup {
  readonly name: string;
  /** Namespace of the labels that its rules put on a request. */
  readonly labels: string;
  /** Rules that block a request on every route. */
  readonly blocked: readonly string[];
  /** Rules that inspect the body. On a route whose body is text they only count. */
  readonly body: readonly string[];
  /** Rules that only count, on every route. */
  readonly counted: readonly string[];
}

/** Routes whose body is free text: `<script>` or `../../etc/passwd` in it is legitimate. */
export const textRoutes = ["/analyze"] as const;

const everywhere = ["QUERYARGUMENTS", "URIPATH"] as const;

/**
 * The groups in the order in which WAF evaluates them. Rule names and what they match:
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html and …-ip-rep.html.
 */
export const managedGroups: readonly ManagedGroup[] = [
  {
    name: "AWSManagedRulesAmazonIpReputationList",
    labels: "amazon-ip-list",
    blocked: ["AWSManagedIPReputationList", "AWSManagedReconnaissanceList"],
    body: [],
    counted: [],
  },
  {
    name: "AWSManagedRulesKnownBadInputsRuleSet",
    labels: "known-bad-inputs",
    blocked: [
      ...["HEADER", "QUERYSTRING", "URIPATH"].flatMap((part) => [`JavaDeserializationRCE_${part}`, `Log4JRCE_${part}`]),
      "Host_localhost_HEADER",
      "PROPFIND_METHOD",
      "ExploitablePaths_URIPATH",
    ],
    body: ["JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"],
    counted: [],
  },
  {
    name: "AWSManagedRulesCommonRuleSet",
    labels: "core-rule-set",
    blocked: [
      "UserAgent_BadBots_HEADER",
      "SizeRestrictions_QUERYSTRING",
      "SizeRestrictions_Cookie_HEADER",
      "SizeRestrictions_URIPATH",
      "EC2MetaDataSSRF_COOKIE",
      "CrossSiteScripting_COOKIE",
      ...["EC2MetaDataSSRF", "GenericLFI", "GenericRFI", "RestrictedExtensions", "CrossSiteScripting"].flatMap((rule) =>
        everywhere.map((part) => `${rule}_${part}`),
      ),
    ],
    body: [
      "SizeRestrictions_BODY",
      "EC2MetaDataSSRF_BODY",
      "GenericLFI_BODY",
      "GenericRFI_BODY",
      "CrossSiteScripting_BODY",
    ],
    // A missing User-Agent is no attack: old releases of our client send none.
    counted: ["NoUserAgent_HEADER"],
  },
];

/** Label of a rule, as rules after its group see it: `CrossSiteScripting_BODY` puts `CrossSiteScripting_Body`. */
export function labelOf({ labels }: ManagedGroup, rule: string): string {
  const [name = "", part = ""] = rule.split(/_(?=[A-Z]+$)/);
  return `awswaf:managed:aws:${labels}:${name}_${part.slice(0, 1)}${part.slice(1).toLowerCase()}`;
}
