import { AppError } from "#shared/errors/app-error.ts";
import type { RequestContext, Route } from "#shared/http/route.ts";
import { answerErrors } from "../answer-errors.ts";
import { BODY_LIMIT_BYTES, place } from "./place.ts";

/** The owner's pages: an answer, or null for a path that is none of theirs. */
export type OwnerPages = (request: Request, context: RequestContext) => Promise<Response | null>;

/** Every path of the function that is not the authorization server's own belongs to the owner's pages. */
export function createOwnerRoutes(pages: OwnerPages): readonly Route[] {
  const answer = answerErrors("html", async (request, context) => {
    const page = await pages(request, context);
    if (page !== null) return page;
    throw new AppError("not_found", "There is nothing at this path. The paths are listed at /docs.");
  });
  return (["GET", "POST"] as const).flatMap((method) =>
    ["/oauth", "/oauth/{page}"].map(
      (path): Route => ({
        ...place(method, path),
        rest: "page",
        bodyLimitBytes: BODY_LIMIT_BYTES,
        crossOrigin: false,
        answer,
      }),
    ),
  );
}
