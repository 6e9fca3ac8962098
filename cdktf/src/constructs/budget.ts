import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget/index.js";
import { Construct } from "constructs";

export interface BudgetProps {
  readonly name: string;
  /** Value of the tag `stage`. */
  readonly stage: string;
  readonly region: string;
  readonly usd: string;
  readonly email: string;
}

/** A monthly budget for resources with the stage's tag, with mails at 80 % spent and 100 % forecast. */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, props: BudgetProps) {
    super(scope, id);
    const notification = (notificationType: string, threshold: number) => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberEmailAddresses: [props.email],
    });
    new BudgetsBudget(this, "budget", {
      // Budgets are per account, and a second region may have the same stage.
      name: `${props.name}-${props.region}-month`,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: props.usd,
      limitUnit: "USD",
      costFilter: [{ name: "TagKeyValue", values: [`user:stage$${props.stage}`] }],
      notification: [notification("ACTUAL", 80), notification("FORECASTED", 100)],
    });
  }
}
