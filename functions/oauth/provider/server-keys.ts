import { createHmac, createPrivateKey, hkdfSync } from "node:crypto";
import type { JWKS } from "oidc-provider";

/** The DER frame of an Ed25519 private key, to which its 32 bytes are added (RFC 8410 §7). */
const ED25519_PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Keys that every instance has, and that no store has to keep. */
export interface ServerKeys {
  /** What cookies are signed with. */
  readonly cookieKeys: readonly string[];
  readonly jwks: JWKS;
}

/**
 * Derives the authorization server's keys from the deployment's signing key (HKDF, RFC 5869): all instances have the same ones, and a
 * new signing key makes new ones.
 */
export function deriveServerKeys(signingKey: string): ServerKeys {
  const seed = Buffer.from(hkdfSync("sha256", signingKey, "", "oauth/v1/ed25519", 32));
  const key = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, seed]),
    format: "der",
    type: "pkcs8",
  });
  const { kty, crv, x, d } = key.export({ format: "jwk" });
  if (kty === undefined || crv === undefined || x === undefined || d === undefined) {
    throw new Error("An Ed25519 key has parts that are missing.");
  }
  return {
    cookieKeys: [createHmac("sha256", signingKey).update("oauth/v1/cookies").digest("base64url")],
    jwks: { keys: [{ kty, crv, x, d, alg: "EdDSA", use: "sig" }] },
  };
}
