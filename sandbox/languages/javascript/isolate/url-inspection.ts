import { type InspectOptionsStylized, inspect } from "node-inspect-extracted";
import type { URL, URLSearchParams } from "whatwg-url";

const CUSTOM = Symbol.for("nodejs.util.inspect.custom");
const FIELDS = [
  ...["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname"],
  ...["search", "searchParams", "hash"],
] as const;

/** Makes console print URLs as Node does. */
export function showUrlsAsNode(url: typeof URL, parameters: typeof URLSearchParams): void {
  Object.defineProperty(url.prototype, CUSTOM, {
    value(this: URL, depth: number, options: InspectOptionsStylized) {
      if (depth < 0) return "[URL]";
      const shown = Object.fromEntries(FIELDS.map((field) => [field, this[field]]));
      return `URL ${inspect(shown, options)}`;
    },
  });
  Object.defineProperty(parameters.prototype, CUSTOM, {
    value(this: URLSearchParams, depth: number, options: InspectOptionsStylized) {
      if (depth < 0) return "[Object]";
      const pairs = [...this].map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`);
      if (pairs.length === 0) return "URLSearchParams {}";
      return `URLSearchParams { ${pairs.join(", ")} }`;
    },
  });
}
