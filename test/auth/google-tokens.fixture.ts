import { once } from "node:events";
import { createServer } from "node:http";
import {
  type CryptoKey,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from "jose";

/** What a token says, and how it is signed. */
export interface TokenWish {
  /** Claims in place of the usual ones; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Name of the key that signs. */
  readonly kid?: string;
  /** Name that the header gives. */
  readonly namedKid?: string;
}

/** A stand-in for Google's key server on a port of 127.0.0.1, and a maker of its tokens. */
export interface GoogleStandIn {
  readonly url: URL;
  /** How often the keys were fetched. */
  fetches(): number;
  /** Keys by their names are published from now on, in place of the others. */
  publish(...kids: readonly string[]): void;
  /** Answers this in place of the keys; null for the keys again. */
  answer(instead: { readonly status: number; readonly body: string } | null): void;
  token(wish?: TokenWish): Promise<string>;
  /** The published key of a name, as an attacker reads it. */
  publicKey(kid: string): Promise<JsonWebKey>;
  stop(): Promise<void>;
}

/** Who the usual token is of. */
export const EMAIL = "ada@example.org";

/** What the usual token is for. */
export const AUDIENCE = "https://example.org";

const NAMES = ["first", "second", "foreign"] as const;

const pairs = new Map(
  await Promise.all(
    NAMES.map(
      async (name): Promise<[string, GenerateKeyPairResult]> => [
        name,
        await generateKeyPair("RS256", { extractable: true }),
      ],
    ),
  ),
);

/** Starts the stand-in with three keys, of which `first` is published. */
export async function startGoogleStandIn(): Promise<GoogleStandIn> {
  const pairOf = (kid: string) => {
    const pair = pairs.get(kid);
    if (pair === undefined) throw new Error(`no key ${kid}`);
    return pair;
  };
  let published: readonly string[] = ["first"];
  let instead: { readonly status: number; readonly body: string } | null = null;
  let fetches = 0;
  const publicKey = async (kid: string) => ({
    ...(await exportJWK(pairOf(kid).publicKey)),
    kid,
    alg: "RS256",
    use: "sig",
  });
  const server = createServer(async (_request, response) => {
    fetches += 1;
    const keys = await Promise.all(published.map(publicKey));
    const { status, body } = instead ?? { status: 200, body: JSON.stringify({ keys }) };
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: new URL(`http://127.0.0.1:${address.port}/certs`),
    fetches: () => fetches,
    publish: (...kids) => {
      published = kids;
    },
    answer: (other) => {
      instead = other;
    },
    token: ({ claims = {}, kid = "first", namedKid = kid } = {}) =>
      sign({ ...usualClaims(), ...claims }, pairOf(kid).privateKey, namedKid),
    publicKey,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function usualClaims(): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: "https://accounts.google.com",
    aud: AUDIENCE,
    sub: "110169484474386276334",
    email: EMAIL,
    email_verified: true,
    iat: now,
    exp: now + 3600,
  };
}

function sign(claims: JWTPayload, key: CryptoKey, kid: string): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid, typ: "JWT" }).sign(key);
}
