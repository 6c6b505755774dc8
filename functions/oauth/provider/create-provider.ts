import type { EventEmitter } from "node:events";
import { Provider } from "oidc-provider";
import { describeCause } from "#shared/observability/describe-cause.ts";
import { isSecret } from "../clients/hashed-secret.ts";
import { configureProvider, type ProviderOptions } from "./configuration.ts";
import { keepStrangersHere } from "./untrusted-redirects.ts";

/** Builds the authorization server: oidc-provider on this product's database. */
export function createProvider(options: ProviderOptions): Provider {
  const { logger } = options;
  const provider = new Provider(options.issuer, configureProvider(options));
  // The exchange sets the one forwarded header itself, from the issuer.
  provider.proxy = true;
  provider.Client.prototype.compareClientSecret = function compare(actual: string) {
    return isSecret(this.clientSecret, actual);
  };
  provider.use(keepStrangersHere(options.database, options.issuer));
  const logFault = (thrown: unknown) =>
    logger.log("ERROR", "The authorization server failed.", { ...describeCause(thrown) });
  provider.on("server_error", (_context, thrown) => logFault(thrown));
  // Koa prints an error that nobody listens to.
  const koa: EventEmitter = provider;
  koa.on("error", logFault);
  return provider;
}
