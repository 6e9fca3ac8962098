export { createAuthority, issueClientLeaf, issueServerLeaf, type Credential } from "./authority.ts";
export { pathsOf } from "./folder.ts";
export { defaultHosts, issueAll, type IssueOptions, type Step } from "./issue.ts";
export { CertsError } from "./error.ts";
