import { SmokeError } from "../check.ts";

/** The owner's browser as far as a sign-in needs one: cookies with their paths, one redirect at a time, forms as their page has them. */
export interface OwnerBrowser {
  open(url: string, form?: URLSearchParams): Promise<Page>;
}

/** A page, read to its end. */
export interface Page {
  readonly status: number;
  /** Where it leads, as a whole address; null when it leads nowhere. */
  readonly location: string | null;
  readonly text: string;
}

const REQUEST_LIMIT_MS = 60_000;

/** A browser without cookies. */
export function createOwnerBrowser(): OwnerBrowser {
  const jar = new Map<string, { readonly pair: string; readonly path: string }>();
  return {
    async open(url, form) {
      const { pathname, origin } = new URL(url);
      const cookies = [...jar.values()].filter(({ path }) => `${pathname}/`.startsWith(path));
      const headers = new Headers({ accept: "text/html" });
      if (cookies.length > 0) headers.set("cookie", cookies.map(({ pair }) => pair).join("; "));
      // What a browser says of a form that its own page sent.
      if (form) headers.set("origin", origin);
      const response = await fetch(url, {
        method: form ? "POST" : "GET",
        headers,
        body: form ?? null,
        redirect: "manual",
        signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      });
      for (const line of response.headers.getSetCookie()) keep(jar, line);
      const location = response.headers.get("location");
      return {
        status: response.status,
        location: location === null ? null : new URL(location, url).href,
        text: await response.text(),
      };
    },
  };
}

function keep(jar: Map<string, { pair: string; path: string }>, line: string): void {
  const pair = line.split(";", 1)[0] ?? "";
  const path = /;\s*path=([^;]*)/i.exec(line)?.[1] ?? "/";
  const key = `${path} ${pair.split("=", 1)[0]}`;
  if (pair.endsWith("=") || /max-age=0/i.test(line)) jar.delete(key);
  else jar.set(key, { pair, path: path.endsWith("/") ? path : `${path}/` });
}

/** The form of a page whose fields include `field`, with its hidden values. @throws SmokeError when there is none */
export function findForm(
  page: Page,
  url: string,
  field: string,
): { action: string; fields: URLSearchParams } {
  const form = page.text
    .split("<form")
    .slice(1)
    .map((part) => part.split("</form>", 1)[0] ?? "")
    .find((part) => part.includes(`name="${field}"`));
  const action = /action="([^"]+)"/.exec(form ?? "")?.[1];
  const csrf = /name="csrf" value="([^"]+)"/.exec(form ?? "")?.[1];
  if (action === undefined || csrf === undefined)
    throw new SmokeError(`The page at ${new URL(url).pathname} (${page.status}) asks for no ${field}.`);
  return {
    action: new URL(action.replaceAll("&amp;", "&"), url).href,
    fields: new URLSearchParams({ csrf }),
  };
}
