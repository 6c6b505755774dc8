import { isWholeApiKey } from "./create-api-key.ts";

/** `codex_`, then 32 random bytes and their checksum. */
const API_KEY_CHARACTERS = 54;

/** What Cloud Run puts in place of a signature when it has checked an identity token itself. */
const STRIPPED = ".SIGNATURE_REMOVED_BY_GOOGLE";

/** Says why a credential is refused, as far as its shape tells; nothing about whether anything like it exists. */
export function describeRefusal(credential: string): string {
  if (credential.endsWith(STRIPPED)) {
    return "Google has removed the signature of this identity token before we could check it: let allUsers invoke the function, which checks tokens itself.";
  }
  if (isMistyped(credential)) {
    return "This API key has a typo: its checksum is wrong. Copy it again, whole.";
  }
  if (credential.split(".").length === 3) {
    return "This identity token is not valid here: it has expired, is for another audience, or is of an account that is not allowed.";
  }
  return "This credential is not valid here: it is unknown, expired or revoked.";
}

/** A key of the settings may have any shape; one that almost has the shape of ours was most likely meant to be one. */
function isMistyped(credential: string): boolean {
  const isSimilar =
    /^codex_[\w-]+$/.test(credential) && Math.abs(credential.length - API_KEY_CHARACTERS) <= 2;
  return isSimilar && !isWholeApiKey(credential);
}
