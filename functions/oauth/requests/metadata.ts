import { ALL_SCOPES } from "#shared/contract/scopes.ts";

/** What the library says that it does for everybody, and that is off here. */
const NOT_OFFERED = ["claims_parameter_supported", "request_parameter_supported"] as const;

/**
 * The authorization server's metadata (RFC 8414): the library's own, with the scopes of this product alone. Clients ask for every scope
 * that they find there.
 */
export async function toMetadata(answer: Response): Promise<Response> {
  if (answer.status !== 200) return answer;
  const document: unknown = await answer.json();
  const metadata = {
    ...(typeof document === "object" ? document : {}),
    scopes_supported: ALL_SCOPES,
    response_modes_supported: ["query"],
  };
  const known = Object.entries(metadata).filter(([name]) => !NOT_OFFERED.some((off) => off === name));
  return Response.json(Object.fromEntries(known), { headers: { "cache-control": "public, max-age=300" } });
}
