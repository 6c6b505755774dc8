import type { ValidateFunction, ValidationError } from "../contract/validate-function.ts";
import { AppError, type Violation } from "../errors/app-error.ts";

const MAX_VIOLATIONS = 20;

/**
 * Turns an unknown body into a typed one, with defaults filled in.
 * @throws AppError `validation_failed` that lists every violation, up to 20
 */
export function parseBody<T>(validate: ValidateFunction<T>, body: unknown): T {
  if (validate(body)) return body;
  const details = (validate.errors ?? []).slice(0, MAX_VIOLATIONS).map(toViolation);
  const first = details[0];
  const where = first?.path ? `${first.path.slice(1)} ` : "the body ";
  throw new AppError(
    "validation_failed",
    `The request is not valid: ${where}${first?.message ?? "is wrong"}. See details.`,
    {
      details,
    },
  );
}

/** States one ajv error as `{path, rule, message}`; the message never repeats the value. */
export function toViolation(error: ValidationError): Violation {
  const field = fieldOf(error);
  const path = field === null ? error.instancePath : `${error.instancePath}/${toPointerToken(field)}`;
  return { path, rule: error.keyword, message: messageOf(error) };
}

function fieldOf(error: ValidationError): string | null {
  const { additionalProperty, missingProperty } = error.params;
  if (typeof additionalProperty === "string") return additionalProperty.slice(0, 100);
  return typeof missingProperty === "string" ? missingProperty : null;
}

const toPointerToken = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

function messageOf(error: ValidationError): string {
  const { allowedValues } = error.params;
  switch (error.keyword) {
    case "additionalProperties":
      return "is not a field of this request";
    case "required":
      return "is missing";
    case "enum":
      return `must be one of ${Array.isArray(allowedValues) ? allowedValues.join(", ") : "the listed values"}`;
    case "pattern":
      return String(error.params["pattern"]).startsWith("^[^")
        ? "must not contain NUL characters or unpaired surrogates"
        : "does not have the form that it must have";
    default:
      return error.message ?? "is wrong";
  }
}
