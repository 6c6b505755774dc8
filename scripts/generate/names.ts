/** `execute_code` to `ExecuteCode`. */
export function toPascalCase(operationId: string): string {
  return operationId
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** `execute_code` to `execute-code`, the name of the operation's file in the contract. */
export function toKebabCase(operationId: string): string {
  return operationId.replaceAll("_", "-");
}
