import { type CfnElement, Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/**
 * Accepts findings of cdk-nag's AwsSolutions pack on one construct.
 *
 * @param rules the rule with its finding, for instance `IAM5[Resource::*]`, and why it is right here: the reason names
 * the resource, because it is all that a reader of the report sees.
 */
export function acknowledge(scope: IConstruct, rules: Readonly<Record<string, string>>): void {
  const acknowledged = Object.entries(rules).map(([rule, reason]) => ({
    id: `AwsSolutions::AwsSolutions-${rule}`,
    reason,
  }));
  Validations.of(scope).acknowledge(...acknowledged);
}

/** A resource's ARN as cdk-nag writes it in the names of its findings: `<LogicalId.Arn>`. */
export function arnInFinding(resource: IConstruct): string {
  const element = resource.node.defaultChild as CfnElement;
  return `<${Stack.of(resource).resolve(element.logicalId)}.Arn>`;
}
