import { AuthClient } from "google-auth-library";

const SCOPE = "https://www.googleapis.com/auth/bigquery";
const LIFETIME_SECONDS = 3600;
/** A token is renewed so long before its end. */
const MARGIN_MS = 5 * 60_000;
const CALL_TIMEOUT_MS = 20_000;
const SERVICE = "https://iamcredentials.googleapis.com";

/** Whoever signs the calls that ask for tokens. */
export interface TokenSource {
  getRequestHeaders(url?: string | URL): Promise<Headers>;
}

/**
 * Signs calls as another service account, for which it asks Google for tokens of an hour
 * (https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken). The account that
 * asks needs roles/iam.serviceAccountTokenCreator on the other. The library's own class prints to the console, so this is ours.
 */
export class ImpersonatedAccount extends AuthClient {
  readonly #source: TokenSource;
  readonly #email: string;
  readonly #service: string;
  #token: { readonly value: string; readonly until: number } | null = null;
  #pending: Promise<string> | null = null;

  /** @param service another address of the service, for tests */
  constructor(source: TokenSource, email: string, service: string = SERVICE) {
    super();
    this.#source = source;
    this.#email = email;
    this.#service = service;
  }

  /** @throws Error that says that the account may not be impersonated, with Google's status */
  override async getRequestHeaders(): Promise<Headers> {
    return new Headers({ authorization: `Bearer ${await this.#fresh()}` });
  }

  /** @throws as `getRequestHeaders` */
  override async getAccessToken(): Promise<{ token: string }> {
    return { token: await this.#fresh() };
  }

  /** @throws as `getRequestHeaders`, and what the call throws */
  override async request<T>(
    options: Parameters<AuthClient["request"]>[0],
  ): ReturnType<typeof AuthClient.prototype.request<T>> {
    const headers = new Headers(options.headers);
    for (const [name, value] of await this.getRequestHeaders()) headers.set(name, value);
    return this.transporter.request<T>({ ...options, headers });
  }

  async #fresh(): Promise<string> {
    if (this.#token !== null && this.#token.until > Date.now()) return this.#token.value;
    // Many statements at once ask for one token.
    this.#pending ??= this.#ask().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #ask(): Promise<string> {
    const url = `${this.#service}/v1/projects/-/serviceAccounts/${encodeURIComponent(this.#email)}:generateAccessToken`;
    const headers = new Headers(await this.#source.getRequestHeaders(url));
    headers.set("content-type", "application/json");
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify({ scope: [SCOPE], lifetime: `${LIFETIME_SECONDS}s` }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const answer: unknown = await response.json().catch(() => null);
    const token =
      typeof answer === "object" && answer !== null ? Reflect.get(answer, "accessToken") : undefined;
    if (!response.ok || typeof token !== "string") {
      throw new Error(`unable to impersonate: the service answered ${response.status}`);
    }
    this.#token = { value: token, until: Date.now() + LIFETIME_SECONDS * 1000 - MARGIN_MS };
    return token;
  }
}
