/** A resource as a synthesized template has it. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
}

/** A synthesized CloudFormation template, read from JSON. */
export interface Template {
  Resources: Record<string, TemplateResource>;
  Parameters?: Record<string, { Default?: unknown }>;
}

/** A resource with its references resolved. */
export interface ResolvedResource {
  logicalId: string;
  type: string;
  /** Its physical name: the one that the template gives, or its logical id. */
  name: string;
  arn: string;
  properties: Record<string, unknown>;
  metadata: Record<string, unknown>;
}
