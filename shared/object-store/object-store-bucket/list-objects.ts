import { parseAnswer } from "../../google-cloud/google-client.ts";
import type { BucketPlace } from "./bucket-place.ts";
import { type FoundObject, parseItem } from "./found-object.ts";

/** Google's bound for one page. */
const PAGE = 1000;

/**
 * Walks over what begins with a prefix, expired or not, in the order of keys.
 * @param after only keys that come after this one
 * @param firstPage how many are wanted; what comes after them is asked for in the largest pages
 * @throws GoogleCloudError
 */
export async function* listObjects(
  place: BucketPlace,
  prefix: string,
  { after = "", firstPage = PAGE }: { readonly after?: string; readonly firstPage?: number },
): AsyncGenerator<FoundObject> {
  let pageToken = "";
  let pageSize = Math.min(PAGE, firstPage + 1);
  do {
    const query = new URLSearchParams({
      prefix,
      // Inclusive: what it names is one more than was wanted, and passed over below.
      startOffset: after,
      maxResults: String(pageSize),
      fields: "nextPageToken,items(name,size,generation,timeCreated,metadata)",
      ...(pageToken === "" ? {} : { pageToken }),
    });
    const answer = await place.client.ask({
      method: "GET",
      url: `${place.endpoint}/storage/v1/b/${place.bucket}/o?${query}`,
      name: "list objects",
      isRepeatable: true,
    });
    const page = Object(parseAnswer(answer, "list objects"));
    for (const item of Array.isArray(page["items"]) ? page["items"] : []) {
      const found = parseItem(Object(item));
      if (found.key > after) yield found;
    }
    pageSize = PAGE;
    pageToken = typeof page["nextPageToken"] === "string" ? page["nextPageToken"] : "";
  } while (pageToken !== "");
}
