import { once } from "node:events";
import { request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificate } from "../support/create-certificate.ts";

/** The host of all functions. */
export interface FunctionsHost {
  readonly port: number;
  /** In PEM. */
  readonly certificate: string;
  close(): Promise<void>;
}

/**
 * Stands in for `REGION-PROJECT.cloudfunctions.net`: TLS, and the first segment of the path chooses the function, which does not see it.
 * @param functions origins by name
 */
export async function startFunctionsHost(
  host: string,
  functions: ReadonlyMap<string, string>,
): Promise<FunctionsHost> {
  const { key, cert } = createCertificate([host]);
  const server = createServer({ key, cert }, (request, response) => {
    const [, name = "", rest = "/"] = /^\/([a-z]+)(\/.*)?$/.exec(request.url ?? "") ?? [];
    const origin = functions.get(name);
    if (origin === undefined) response.writeHead(404, { "content-type": "text/html" }).end("Page not found");
    else forward(request, response, `${origin}${rest}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    certificate: cert,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function forward(request: IncomingMessage, response: ServerResponse, url: string): void {
  const { method, headers } = request;
  const onward = ask(url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
}

/** What Google's APIs know, for who is signed in to gcloud. */
export interface ApiFacts {
  /** Origins of functions by name. */
  readonly functions: ReadonlyMap<string, string>;
  accessToken(): Promise<string>;
  /** An identity token of whom, for what. */
  identityToken(email: string, audience: string): Promise<string>;
  /** What functions have written. */
  logLines(): readonly string[];
  readonly user: string;
}

/** The client id of gcloud, which its identity tokens are made for. */
const GCLOUD = "32555940559.apps.googleusercontent.com";

/**
 * Answers what gcloud asks of Google's APIs: tokens of a person who is signed in and of an account that may be impersonated, where a
 * function is, and what was logged.
 * @returns null for anything else
 */
export async function answerApi(path: string, body: string, facts: ApiFacts): Promise<object | null> {
  const { functions, user } = facts;
  if (path === "/token")
    return {
      access_token: await facts.accessToken(),
      id_token: await facts.identityToken(user, GCLOUD),
      token_type: "Bearer",
      expires_in: 3600,
    };
  const account = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):(\w+)$/.exec(path);
  if (account) return answerAccount(account[1] ?? "", account[2] ?? "", JSON.parse(body), facts);
  if (path === "/v2/entries:list") return { entries: facts.logLines().map(toEntry).reverse() };
  const uri = functions.get(
    /^\/v2\/projects\/[^/]+\/locations\/[^/]+\/functions\/(\w+)$/.exec(path)?.[1] ?? "",
  );
  return uri === undefined
    ? null
    : { name: path.slice("/v2/".length), environment: "GEN_2", serviceConfig: { uri } };
}

/** The IAM Service Account Credentials API. */
async function answerAccount(
  email: string,
  method: string,
  { audience, includeEmail }: { readonly audience?: string; readonly includeEmail?: boolean },
  facts: ApiFacts,
): Promise<object | null> {
  // To the second: gcloud takes nothing finer.
  const expireTime = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, "");
  if (method === "generateAccessToken") return { accessToken: await facts.accessToken(), expireTime };
  if (method !== "generateIdToken" || audience === undefined || includeEmail !== true) return null;
  return { token: await facts.identityToken(email, audience) };
}

/** A line of a function as Cloud Logging keeps it (https://cloud.google.com/logging/docs/structured-logging). */
function toEntry(line: string, index: number): object {
  const { severity, httpRequest, ...jsonPayload } = JSON.parse(line);
  return {
    logName: "projects/demo-project/logs/run.googleapis.com%2Fstdout",
    insertId: String(index),
    timestamp: new Date().toISOString(),
    resource: { type: "cloud_run_revision", labels: { service_name: "execute" } },
    severity,
    jsonPayload,
    ...(httpRequest ? { httpRequest } : {}),
  };
}
