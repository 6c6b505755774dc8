import { AppError } from "#shared/errors/app-error.ts";

/** Says what is wrong with the value at a place, and how it must be. */
export interface ParameterFault {
  /** JSON Pointer below the request, like `/params/day`. */
  readonly path: string;
  /** Goes on from the place: "must be …". */
  readonly message: string;
}

/** The error for a parameter that is out of form: never shows its value. */
export function parameterFault({ path, message }: ParameterFault): AppError {
  const place = path.slice(1).replaceAll("/", ".");
  return new AppError("validation_failed", `The request is not valid: ${place} ${message}.`, {
    details: [{ path, rule: "parameter", message }],
  });
}

/** A place below another; what stands in it is text for the reader and may be long. */
export function below(path: string, name: string | number): string {
  const token = String(name).slice(0, LONGEST_SHOWN).toWellFormed();
  return `${path}/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

const LONGEST_SHOWN = 60;

/** True for a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
