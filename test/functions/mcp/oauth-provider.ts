import type {
  OAuthClientInformationMixed,
  OAuthDiscoveryState,
  OAuthTokens,
} from "@modelcontextprotocol/client";

/** Where the client's own address would be; nobody listens there, the test reads the redirect. */
export const CALLBACK = "http://127.0.0.1:45454/callback";

/** What a client of the official libraries keeps of its sign-in; both libraries take it. */
export interface TestProvider {
  readonly redirectUrl: string;
  readonly clientMetadata: {
    readonly client_name: string;
    readonly redirect_uris: string[];
    readonly grant_types: string[];
    readonly response_types: string[];
    readonly token_endpoint_auth_method: string;
  };
  /** The address of the document that is the client's identifier; a client without one registers. */
  readonly clientMetadataUrl?: string;
  /** Where the owner is to be sent; null before. */
  readonly asked: () => URL | null;
  clientInformation(): OAuthClientInformationMixed | undefined;
  saveClientInformation(information: OAuthClientInformationMixed): void;
  tokens(): OAuthTokens | undefined;
  saveTokens(tokens: OAuthTokens): void;
  redirectToAuthorization(url: URL): void;
  saveCodeVerifier(verifier: string): void;
  codeVerifier(): string;
  saveDiscoveryState(state: OAuthDiscoveryState): void;
  discoveryState(): OAuthDiscoveryState | undefined;
}

/** How a client is known without registering by itself. */
export interface KnownClient {
  readonly clientMetadataUrl?: string;
  /** What the server's owner gave it beforehand. */
  readonly information?: OAuthClientInformationMixed;
  /** Instead of `CALLBACK`. */
  readonly callback?: string;
}

/** @param name what the owner reads on the consent page */
export function createProvider(name: string, known: KnownClient = {}): TestProvider {
  const callback = known.callback ?? CALLBACK;
  let information = known.information;
  let tokens: OAuthTokens | undefined;
  let verifier = "";
  let asked: URL | null = null;
  let discovered: OAuthDiscoveryState | undefined;
  return {
    ...(known.clientMetadataUrl === undefined ? {} : { clientMetadataUrl: known.clientMetadataUrl }),
    redirectUrl: callback,
    clientMetadata: {
      client_name: name,
      redirect_uris: [callback],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    asked: () => asked,
    clientInformation: () => information,
    saveClientInformation: (given) => {
      information = given;
    },
    tokens: () => tokens,
    saveTokens: (given) => {
      tokens = given;
    },
    redirectToAuthorization: (url) => {
      asked = url;
    },
    saveCodeVerifier: (given) => {
      verifier = given;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (state) => {
      discovered = state;
    },
    discoveryState: () => discovered,
  };
}
