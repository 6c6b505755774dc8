import { URL, URLSearchParams } from "whatwg-url";

type Inspect = (value: unknown, options: object) => string;

const CUSTOM = Symbol.for("nodejs.util.inspect.custom");
const FIELDS = [
  ...["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname"],
  ...["search", "searchParams", "hash"],
] as const;

function showUrl(this: URL, depth: number, options: object, inspect: Inspect): string {
  if (depth < 0) return "[URL]";
  return `URL ${inspect(Object.fromEntries(FIELDS.map((field) => [field, Reflect.get(this, field)])), options)}`;
}

function showParameters(this: URLSearchParams, depth: number, options: object, inspect: Inspect): string {
  if (depth < 0) return "[Object]";
  const pairs = [...this].map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`);
  return pairs.length === 0 ? "URLSearchParams {}" : `URLSearchParams { ${pairs.join(", ")} }`;
}

/** Gives the isolate URL and URLSearchParams, printed as Node prints them; needs TextEncoder and TextDecoder. */
export function start(): void {
  Object.defineProperty(URL.prototype, CUSTOM, { value: showUrl });
  Object.defineProperty(URLSearchParams.prototype, CUSTOM, { value: showParameters });
  for (const [name, value] of Object.entries({ URL, URLSearchParams })) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
