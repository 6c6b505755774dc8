/** A page as a reader without JavaScript has it. */
export interface ReadPage {
  readonly status: number;
  readonly text: string;
  /** The public address that it came from. */
  readonly url: string;
}

/** A browser whose every request goes to another instance of the same deployment. */
export interface Traveller {
  /** Asks for an address and follows redirects, until one leads away from the deployment. */
  open(url: string): Promise<ReadPage | URL>;
  /** Fills a form of the page and sends it; the first whose action contains `action`. */
  submit(
    page: ReadPage | URL,
    action: string,
    fields: readonly (readonly [string, string])[],
  ): Promise<ReadPage | URL>;
}

const MOST_REDIRECTS = 10;

/**
 * @param baseUrl the deployment's public address
 * @param instances where its instances are really reached, in turn
 */
export function createTraveller(baseUrl: string, instances: readonly string[]): Traveller {
  const cookies = new Map<string, string>();
  let asked = 0;

  async function ask(url: string, init: RequestInit): Promise<Response> {
    const instance = instances[asked++ % instances.length] ?? "";
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url.replace(baseUrl, instance), {
      ...init,
      redirect: "manual",
      headers: { ...init.headers, accept: "text/html", cookie },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  async function follow(url: string, init: RequestInit): Promise<ReadPage | URL> {
    let answer = await ask(url, init);
    let at = new URL(url);
    for (let n = 0; n < MOST_REDIRECTS; n++) {
      const location = answer.headers.get("location");
      if (location === null) return { status: answer.status, text: await answer.text(), url: at.href };
      at = new URL(location, at);
      if (at.origin !== new URL(baseUrl).origin) return at;
      answer = await ask(at.href, {});
    }
    throw new Error(`The redirects do not end: ${at}`);
  }

  return {
    open: (url) => follow(url, {}),
    submit(page, action, fields) {
      if (page instanceof URL) throw new Error(`There is no form: the way led to ${page}`);
      const [form = ""] = [...page.text.matchAll(/<form.*?<\/form>/gs)]
        .map(([whole]) => whole)
        .filter((whole) => attributeOf(whole, "action")?.includes(action));
      const to = attributeOf(form, "action");
      if (to === null) throw new Error(`There is no form for ${action}: ${page.status} ${page.text}`);
      const hidden = [...form.matchAll(/<input type="hidden"[^>]*>/g)].map(([input]): [string, string] => [
        attributeOf(input, "name") ?? "",
        attributeOf(input, "value") ?? "",
      ]);
      const body = new URLSearchParams([...hidden, ...fields].map(([name, value]) => [name, value]));
      return follow(new URL(to, page.url).href, { method: "POST", body });
    },
  };
}

function attributeOf(markup: string, name: string): string | null {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(markup)?.[1];
  return value?.replaceAll("&amp;", "&") ?? null;
}
