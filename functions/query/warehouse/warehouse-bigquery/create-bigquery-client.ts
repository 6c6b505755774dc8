import { BigQuery } from "@google-cloud/bigquery";
import { type AuthClient, GoogleAuth, JWT } from "google-auth-library";
import { guardAnswers } from "./guard-answers.ts";
import { ImpersonatedAccount } from "./impersonated-account.ts";
import type { GoogleCredentials } from "./parse-google-credentials.ts";

/** One REST call may take this long; a result is asked for again when the statement needs longer. */
const CALL_TIMEOUT_MS = 60_000;
const BIGQUERY_SCOPE = "https://www.googleapis.com/auth/bigquery";
/** What asking for another account's token needs. */
const PLATFORM_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** How to reach BigQuery and as whom. */
export interface BigqueryClientOptions {
  /** The project that pays; the credentials' own when unset, else what Application Default Credentials name. */
  readonly projectId?: string | undefined;
  /** A service account's key; Application Default Credentials when unset. */
  readonly credentials?: GoogleCredentials | undefined;
  /** The e-mail address of a service account to act as; the credentials' own account when unset. */
  readonly impersonate?: string | undefined;
  /** Another address of the API, for tests. */
  readonly apiEndpoint?: string | undefined;
  /** Another address of the service that gives tokens, for tests. */
  readonly tokenEndpoint?: string | undefined;
  /** Signs the calls instead of `credentials`, for tests. */
  readonly authClient?: AuthClient | undefined;
}

/**
 * Builds the official client. With credentials, calls carry a self-signed JWT: no key file is written and no token is fetched
 * (https://google.aip.dev/auth/4111). What fails for the moment is tried twice more; a job has its own id from the first try on, so
 * that none runs twice.
 * @param onCall gets each call as it begins; it resolves at the call's end
 */
export function createBigqueryClient(
  options: BigqueryClientOptions,
  onCall: (call: Promise<void>) => void = () => undefined,
): BigQuery {
  const projectId = options.projectId ?? options.credentials?.projectId;
  const authClient = authClientOf(options);
  const client = new BigQuery({
    ...(projectId === undefined ? {} : { projectId }),
    ...(options.apiEndpoint === undefined ? {} : { apiEndpoint: options.apiEndpoint }),
    ...(authClient === undefined ? {} : { authClient }),
    retryOptions: { autoRetry: true, maxRetries: 2, maxRetryDelay: 4, totalTimeout: 60 },
  });
  client.timeout = CALL_TIMEOUT_MS;
  // The client would send its own option along as a query parameter that the API does not know.
  client.interceptors.push({
    request: (request) => {
      delete request.qs?.skipParsing;
      return { ...request, uri: String("uri" in request ? request.uri : request.url) };
    },
  });
  guardAnswers(client, onCall);
  return client;
}

/** Undefined for Application Default Credentials, which the client finds by itself. */
function authClientOf({
  authClient,
  credentials,
  impersonate,
  tokenEndpoint,
}: BigqueryClientOptions): AuthClient | undefined {
  const scope = impersonate === undefined ? BIGQUERY_SCOPE : PLATFORM_SCOPE;
  const own = authClient ?? (credentials && selfSigned(credentials, scope));
  if (impersonate === undefined) return own;
  return new ImpersonatedAccount(own ?? new GoogleAuth({ scopes: [scope] }), impersonate, tokenEndpoint);
}

function selfSigned(credentials: GoogleCredentials, scope: string): AuthClient {
  const jwt = new JWT({
    email: credentials.clientEmail,
    key: credentials.privateKey,
    scopes: [scope],
    ...(credentials.privateKeyId === undefined ? {} : { keyId: credentials.privateKeyId }),
  });
  jwt.useJWTAccessWithScope = true;
  return jwt;
}
