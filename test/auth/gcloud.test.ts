import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { decodeJwt } from "jose";
import { loadGoogleSettings } from "#shared/config/google-settings.ts";
import { describeWith } from "../support/capabilities.ts";
import { type GoogleStandIn, startGoogleStandIn } from "./google-tokens.fixture.ts";
import { type ServedGate, serveGate } from "./serve-gate.fixture.ts";

const ACCOUNT = "deployer@demo-project.iam.gserviceaccount.com";
const run = promisify(execFile);

let google: GoogleStandIn;
let gate: ServedGate;
let closed: ServedGate;
let cloud: Server;
let folder: string;
let called: ServedGate;

/** Google's own part: the API that says where a function is, and the issuer of tokens. */
async function startCloud(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const answer = request.url?.startsWith("/token")
      ? await issue(await textOf(request))
      : describeFunction();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function describeFunction(): object {
  return {
    name: "projects/demo-project/locations/europe-west1/functions/execute",
    environment: "GEN_2",
    serviceConfig: { uri: called.url },
  };
}

async function issue(form: string): Promise<object> {
  const { target_audience: aud } = decodeJwt(new URLSearchParams(form).get("assertion") ?? "");
  if (aud === undefined) return { access_token: "access", token_type: "Bearer", expires_in: 3600 };
  return { id_token: await google.token({ claims: { aud, email: ACCOUNT } }) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

async function callFunction(): Promise<string> {
  const environment = {
    PATH: process.env["PATH"] ?? "",
    CLOUDSDK_CONFIG: folder,
    CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: join(folder, "account.json"),
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDFUNCTIONS: `http://127.0.0.1:${portOf(cloud)}/`,
    CLOUDSDK_AUTH_TOKEN_HOST: `http://127.0.0.1:${portOf(cloud)}/token`,
    CLOUDSDK_CORE_PROJECT: "demo-project",
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "true",
    CLOUDSDK_CORE_CHECK_GCE_METADATA: "false",
  };
  const command = [
    "functions",
    "call",
    "execute",
    "--gen2",
    "--region=europe-west1",
    '--data={"code":"print(1)"}',
  ];
  const { stdout } = await run("gcloud", command, { env: environment, timeout: 120_000 });
  return stdout;
}

describeWith("gcloud", "gcloud functions call", () => {
  beforeAll(async () => {
    google = await startGoogleStandIn();
    const settings = {
      ALLOWED_GOOGLE_PRINCIPALS: ACCOUNT,
      PUBLIC_BASE_URL: "https://example.org",
      GOOGLE_KEYS_URL: google.url.href,
    };
    gate = await serveGate({}, { google: loadGoogleSettings({ ...settings, ALLOW_GCLOUD_AUDIENCE: "on" }) });
    closed = await serveGate({}, { google: loadGoogleSettings(settings) });
    cloud = await startCloud();
    folder = await mkdtemp(join(tmpdir(), "gcloud-test-"));
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const account = {
      type: "service_account",
      project_id: "demo-project",
      private_key_id: "one",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      client_email: ACCOUNT,
      client_id: "1",
      token_uri: `http://127.0.0.1:${portOf(cloud)}/token`,
    };
    await writeFile(join(folder, "account.json"), JSON.stringify(account));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([gate.stop(), closed.stop(), google.stop()]);
    const ended = once(cloud, "close");
    cloud.close();
    cloud.closeAllConnections();
    await ended;
    await rm(folder, { recursive: true, force: true });
  });

  it("reaches a function at its own address, as the account that is signed in", async () => {
    called = gate;
    // gcloud prints the answer as a text of YAML.
    const answer = JSON.parse(/\{.*\}/s.exec(await callFunction())?.[0] ?? "");
    expect(answer.principal).toMatchObject({ id: `google:${ACCOUNT}` });
    expect(answer.input).toEqual({ code: "print(1)" });
  }, 150_000);

  it("is refused where the owner has not allowed the audience of gcloud", async () => {
    called = closed;
    await expect(callFunction()).rejects.toThrow("401");
  }, 150_000);
});
