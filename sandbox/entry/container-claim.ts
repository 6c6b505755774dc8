import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { callSigned } from "./call-signed.ts";
import { CLAIM_HEADERS } from "./exchange-headers.ts";
import { openObject } from "./signed-objects.ts";

/** Whose a program is: this container's, somebody else's, or nobody's yet. */
export type Claimant = "mine" | "another" | "nobody";

/** A container's claim to a program. */
export interface ContainerClaim {
  /** Takes the program. @returns false when it is somebody else's @throws Error when the storage refuses or stays away */
  take(signal: AbortSignal): Promise<boolean>;
  /** @throws as `take` */
  look(signal: AbortSignal): Promise<Claimant>;
}

/**
 * Builds the claim to the program that the addresses are for: an object that can be created once.
 * @param execution names the container for others
 */
export function createContainerClaim(
  { claimUrl, claimedUrl }: { readonly claimUrl: string; readonly claimedUrl: string },
  execution: string,
): ContainerClaim {
  const nonce = randomBytes(16).toString("base64url");
  const body = JSON.stringify({ by: "container", execution, nonce });

  async function look(signal: AbortSignal): Promise<Claimant> {
    const claimed = await openObject(claimedUrl, signal);
    if (claimed === null) return "nobody";
    return (await text(claimed)) === body ? "mine" : "another";
  }

  return {
    look,
    async take(signal) {
      const taken = await callSigned(
        { method: "PUT", url: claimUrl, headers: CLAIM_HEADERS, body, alsoTake: [412] },
        signal,
      );
      await taken.body.cancel();
      // An earlier attempt may have been carried out without an answer.
      return taken.status !== 412 || (await look(signal)) === "mine";
    },
  };
}
