import { EnvError, makeExactValidator, makeValidator } from "envalid";
import type { FunctionName } from "../contract/operation.ts";

/** A whole number in decimal digits within bounds. */
export function integer(minimum: number, maximum: number) {
  return makeValidator<number>((input) => {
    const value = /^\d{1,15}$/.test(input) ? Number(input) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new EnvError(`must be a whole number from ${minimum} to ${maximum}`);
  });
}

/** A number of at most four decimal places within bounds, such as 6.25. */
export function decimal(minimum: number, maximum: number) {
  return makeValidator<number>((input) => {
    const value = /^\d{1,9}(\.\d{1,4})?$/.test(input) ? Number(input) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new EnvError(`must be a number from ${minimum} to ${maximum}, such as ${minimum + 0.25}`);
  });
}

/** A switch: the words on and off, true and false in the program. */
export const onOrOff = makeExactValidator<boolean>((input) => {
  if (input === "on" || input === "off") return input === "on";
  throw new EnvError("must be on or off");
});

/** An http or https address without a trailing slash, query or fragment. */
export const baseUrl = makeExactValidator<string>((input) => {
  const url = URL.canParse(input) ? new URL(input) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username)
    return input.replace(/\/+$/, "");
  throw new EnvError("must be an address like https://example.org");
});

/** An https address without a query or fragment; http on this machine alone. */
export const secureUrl = makeExactValidator<string>((input) => {
  const url = URL.canParse(input) ? new URL(input) : null;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && url.hostname === "127.0.0.1");
  if (url && isSafe && !url.search && !url.hash && !url.username) return input;
  throw new EnvError("must be an https address");
});

/** An API key: at least 16 characters of a bearer token (RFC 6750 §2.1). */
export const apiKey = makeExactValidator<string>((input) => {
  if (/^[A-Za-z0-9._~+/=-]{16,512}$/.test(input)) return input;
  throw new EnvError("must have 16 to 512 characters of A-Z a-z 0-9 - . _ ~ + / =; `npm run key` makes one");
});

/** Named API keys: `name=key` with commas between them. */
export const namedKeys = makeExactValidator<readonly { name: string; key: string }[]>((input) =>
  input.split(",").map((entry) => {
    const match = /^\s*([\w.-]{1,64})=([A-Za-z0-9._~+/=-]{16,512})\s*$/.exec(entry);
    if (match?.[1] && match[2]) return { name: match[1], key: match[2] };
    throw new EnvError("must be name=key pairs with commas between them, each key at least 16 characters");
  }),
);

/** A secret of at least 32 characters without spaces. */
export const secret = makeExactValidator<string>((input) => {
  if (/^[\x21-\x7E]{32,512}$/.test(input)) return input;
  throw new EnvError("must have 32 to 512 characters without spaces; `openssl rand -base64 32` makes one");
});

/** Host names with commas between them: `files.example.org`, `*.example.org`, or `*` for every host. */
export const hostPatterns = makeExactValidator<readonly string[]>((input) =>
  input.split(",").map((entry) => {
    const pattern = entry.trim().toLowerCase();
    if (/^(?:\*|(?:\*\.)?(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62})$/.test(pattern)) return pattern;
    throw new EnvError("must be host names like files.example.org or *.example.org with commas between them");
  }),
);

/** E-mail addresses with commas between them, in lower case. */
export const emails = makeExactValidator<readonly string[]>((input) =>
  input.split(",").map((entry) => {
    const address = entry.trim().toLowerCase();
    if (/^[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}$/.test(address)) return address;
    throw new EnvError("must be e-mail addresses like ada@example.org with commas between them");
  }),
);

/** What tokens are made for (RFC 7519 §4.1.3): addresses or client ids, with commas between them. */
export const audiences = makeExactValidator<readonly string[]>((input) =>
  input.split(",").map((entry) => {
    const audience = entry.trim();
    if (/^[\x21-\x7E]{1,512}$/.test(audience)) return audience;
    throw new EnvError("must be addresses or client ids with commas between them");
  }),
);

/** Origins of web pages with commas between them: `https://app.example.org`, without a path. */
export const origins = makeExactValidator<readonly string[]>((input) =>
  input.split(",").map((entry) => {
    const origin = entry.trim();
    if (
      URL.canParse(origin) &&
      /^https?:$/.test(new URL(origin).protocol) &&
      new URL(origin).origin === origin
    )
      return origin;
    throw new EnvError("must be origins like https://app.example.org with commas between them");
  }),
);

/** Addresses of functions: `execute=https://…,query=https://…`. */
export const functionAddresses = makeExactValidator<Partial<Readonly<Record<FunctionName, string>>>>(
  (input) =>
    Object.fromEntries(
      input.split(",").map((entry) => {
        const [, name, address = ""] =
          /^\s*(execute|query|health)=(https?:\/\/[^\s,?#]+?)\/*\s*$/.exec(entry) ?? [];
        if (name !== undefined && URL.canParse(address)) return [name, address];
        throw new EnvError(
          "must be name=address pairs with commas between them, of execute, query and health",
        );
      }),
    ),
);

/** Certificates in PEM, given in base64 so that they fit one line. */
export const pemInBase64 = makeExactValidator<string>((input) => {
  const text = Buffer.from(input, "base64").toString("utf8");
  if (/^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/.test(text)) return text;
  throw new EnvError("must be a certificate in PEM, in base64: `base64 -w0 server-ca.pem` makes it");
});
