import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { Aspects } from "cdktf";
import type { IConstruct } from "constructs";

/** Puts every role below `scope` under a permissions boundary. `arn`: a managed policy of the account; null: none. */
export function boundRoles(scope: IConstruct, arn: string | null): void {
  if (arn === null) return;
  Aspects.of(scope).add({
    visit: (node) => {
      if (node instanceof IamRole) node.permissionsBoundary = arn;
    },
  });
}
