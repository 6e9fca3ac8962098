export { createAuthority, issueClientLeaf, issueServerLeaf, type Credential } from "./authority.ts";
export { certsCommand } from "./command.ts";
export { pathsOf, read } from "./folder.ts";
export { dateOf, factsOf } from "./inspect.ts";
export { defaultHosts, issueAll, type IssueOptions, type Step } from "./issue.ts";
export { warningsOf } from "./warnings.ts";
