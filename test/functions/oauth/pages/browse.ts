/** A browser without eyes: keeps cookies, follows nothing, and sends forms as their page has them. */
export interface Visitor {
  readonly url: string;
  /** Of the whole server, by their names. */
  readonly cookies: Map<string, string>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Sends a form with exactly these fields. */
  post(path: string, fields: Fields, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Opens a page, and sends its first form with that `action` and its hidden fields, and these. */
  submit(page: string, action: string, fields: Fields): Promise<Answer>;
}

/** Fields of a form; one of several values is sent once for each. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: string | null;
}

/** A browser that starts without a cookie. @param url of the server, without a slash at its end */
export function createVisitor(url: string): Visitor {
  const cookies = new Map<string, string>();
  /** Cookies of a part of the server, by that path. */
  const scoped = new Map<string, Map<string, string>>();
  const jarOf = (path: string): Map<string, string> => {
    const jar = path === "/" ? cookies : (scoped.get(path) ?? new Map<string, string>());
    if (path !== "/") scoped.set(path, jar);
    return jar;
  };
  async function send(path: string, init: RequestInit): Promise<Answer> {
    const target = path.startsWith("http") ? path : url + path;
    const { pathname } = new URL(target);
    const here = [...scoped].filter(
      ([beginning]) => pathname === beginning || pathname.startsWith(`${beginning}/`),
    );
    const sent = [cookies, ...here.map(([, jar]) => jar)].flatMap((jar) => [...jar]);
    const headers = new Headers(init.headers);
    if (sent.length > 0) headers.set("cookie", sent.map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(target, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const jar = jarOf(/; path=([^;]*)/i.exec(line)?.[1] ?? "/");
      if (value === "" || /Max-Age=0/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: response.headers.get("location"),
    };
  }
  const visitor: Visitor = {
    url,
    cookies,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, fields, headers = {}) => send(path, { method: "POST", body: toBody(fields), headers }),
    async submit(page, action, fields) {
      const { text } = await visitor.get(page);
      const csrf = csrfOf(text, action);
      return visitor.post(action, { csrf, ...fields }, { origin: url, "sec-fetch-site": "same-origin" });
    },
  };
  return visitor;
}

/** The form's token in a page. @throws Error when the page has no such form */
export function csrfOf(page: string, action: string): string {
  const form = page.split("<form").find((part) => part.includes(`action="${action}"`));
  const token = /name="csrf" value="([^"]+)"/.exec(form ?? "")?.[1];
  if (token === undefined)
    throw new Error(
      `The page has no form for ${action}: ${page.slice(page.indexOf("<body")).slice(0, 2000)}`,
    );
  return token;
}

function toBody(fields: Fields): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    for (const one of [value].flat()) body.append(name, one);
  return body;
}
