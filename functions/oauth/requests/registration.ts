import { parseClientMetadata } from "../clients/client-metadata.ts";

/** Ways to prove who a client is; a public client has none and proves each code with PKCE. */
const AUTH_METHODS = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];

/**
 * Reads a client's registration (RFC 7591 §3.1) and leaves in it what this server uses.
 * @returns the registration for the library, or the answer that refuses it (§3.2.2)
 */
export function toRegistration(body: Buffer): Buffer | Response {
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return refuse("invalid_client_metadata", "the body must be a JSON object in UTF-8");
  }
  const parsed = parseClientMetadata(given);
  if ("fault" in parsed) {
    const code = parsed.field === "redirect_uris" ? "invalid_redirect_uri" : "invalid_client_metadata";
    return refuse(code, parsed.fault);
  }
  // The identifier is the server's to choose.
  const { client_id: _chosen, ...metadata } = parsed.metadata;
  const method = metadata["token_endpoint_auth_method"] ?? "client_secret_basic";
  if (typeof method !== "string" || !AUTH_METHODS.includes(method)) {
    return refuse(
      "invalid_client_metadata",
      `token_endpoint_auth_method must be one of ${AUTH_METHODS.join(", ")}`,
    );
  }
  return Buffer.from(JSON.stringify(metadata));
}

function refuse(error: string, description: string): Response {
  return Response.json({ error, error_description: description }, { status: 400 });
}
