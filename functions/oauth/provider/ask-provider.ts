import type { Provider } from "oidc-provider";
import { createNodeExchange } from "./node-exchange.ts";

const RETRY_AFTER_SECONDS = "2";

/**
 * Lets the library answer a request.
 * @param path the path that the library knows, with the query @param body as a form or as JSON, with its content type in the request
 */
export async function askProvider(
  provider: Provider,
  request: Request,
  path: string,
  body: Buffer = Buffer.alloc(0),
): Promise<Response> {
  const exchange = createNodeExchange(request, new URL(provider.issuer), path, body);
  provider.callback()(exchange.request, exchange.response);
  const answer = await exchange.answer;
  // What is in the address of these pages is nobody else's business.
  answer.headers.set("referrer-policy", "no-referrer");
  if (answer.status === 503) answer.headers.set("retry-after", RETRY_AFTER_SECONDS);
  return answer;
}
