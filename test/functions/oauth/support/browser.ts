/** A browser as far as sign-ins need one: cookies with their paths, and redirects one at a time. */
export interface Browser {
  /** Asks for an address; redirects are not followed. */
  open(url: string, init?: RequestInit): Promise<Response>;
  /** The names of its cookies. */
  cookies(): readonly string[];
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** A browser without cookies. */
export function createBrowser(): Browser {
  const jar = new Map<string, Cookie>();
  return {
    cookies: () => [...jar.values()].map(({ name }) => name),
    async open(url, init = {}) {
      const { pathname, origin } = new URL(url);
      const cookies = [...jar.values()].filter(
        ({ path }) => path === "/" || pathname === path || pathname.startsWith(`${path}/`),
      );
      const headers = new Headers(init.headers);
      if (cookies.length > 0) {
        headers.set("cookie", cookies.map(({ name, value }) => `${name}=${value}`).join("; "));
      }
      if (!headers.has("accept")) headers.set("accept", "text/html");
      const answer = await fetch(url, { ...init, headers, redirect: "manual" });
      for (const line of answer.headers.getSetCookie()) keep(jar, line, origin);
      return answer;
    },
  };
}

function keep(jar: Map<string, Cookie>, line: string, origin: string): void {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const at = pair.indexOf("=");
  const name = pair.slice(0, at);
  const value = pair.slice(at + 1);
  const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? "/";
  const key = `${origin} ${path} ${name}`;
  if (value === "") jar.delete(key);
  else jar.set(key, { name, value, path });
}

/** What the owner says to a request. */
export interface Decision {
  readonly decision?: "approve" | "deny";
  /** All that was asked for, by default. */
  readonly scope?: string;
}

/**
 * Goes the owner's way from the authorization request to the client's own address.
 * @returns where the client is sent, with its code or error @throws Error when the way ends elsewhere
 */
export async function decide(
  authorizationUrl: URL | string,
  decision: Decision = {},
  browser: Browser = createBrowser(),
): Promise<URL> {
  const asked = await browser.open(String(authorizationUrl));
  const interaction = locationOf(asked);
  if (!interaction.pathname.includes("/interaction/")) return interaction;
  const body = new URLSearchParams({ decision: "approve", ...decision });
  const decided = await browser.open(interaction.href, { method: "POST", body });
  return locationOf(await browser.open(locationOf(decided).href));
}

/** Where an answer leads. @throws Error with the answer when it leads nowhere */
export function locationOf(answer: Response): URL {
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`The way ends here: ${answer.status} ${answer.url}`);
  return new URL(location);
}
