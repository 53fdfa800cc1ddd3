import { GatewayError } from "../../chat/error.ts";

/** What is wrong with how a request names a template: `field` is below its `prompt_template`, empty: the whole. */
export function templateFault(field: string, description: string, cause?: unknown): GatewayError {
  const path = field === "" ? "prompt_template" : `prompt_template.${field}`;
  const violations = [{ field: path, description }];
  return new GatewayError("invalid_request", `${path}: ${description}`, { param: path, violations, cause });
}
