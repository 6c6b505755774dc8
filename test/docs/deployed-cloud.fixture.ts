import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import { startGoogleStandIn } from "../auth/google-tokens.fixture.ts";
import { startBigqueryStandIn } from "../support/bigquery/stand-in.ts";
import { BUCKET, JOB, type JobCloud, KEY, startJobCloud } from "../support/google-cloud/job-cloud.ts";
import { readBody, serveLoopback } from "../support/google-cloud/serve-loopback.ts";
import { type RunningProcess, startProcess } from "../support/start-process.ts";
import { answerApi, startFunctionsHost } from "./google-front.fixture.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** Where the functions are for the public. */
export const HOST = "europe-west1-demo-project.cloudfunctions.net";
/** Who is signed in to gcloud. */
const USER = "ada@example.org";
/** An account that this person may impersonate. */
export const CALLER = "caller@demo-project.iam.gserviceaccount.com";
const COMMAND_MS = 240_000;

/** What commands came to. */
export interface Done {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A deployment on stand-ins, and a person at a shell with the real gcloud and curl. */
export interface DeployedCloud {
  readonly jobs: JobCloud;
  /** Runs commands as the page prints them. */
  type(commands: string): Promise<Done>;
  close(): Promise<void>;
}

/** Starts `execute`, `query` and `health` as the cloud starts them, over stand-ins of everything of Google's. */
export async function startDeployedCloud(): Promise<DeployedCloud> {
  const [google, jobs, bigquery] = await Promise.all([
    startGoogleStandIn(),
    startJobCloud(),
    startBigqueryStandIn(),
  ]);
  const environment = {
    PATH: process.env["PATH"] ?? "",
    PUBLIC_BASE_URL: `https://${HOST}`,
    GOOGLE_CLOUD_PROJECT: "demo-project",
    ALLOWED_GOOGLE_PRINCIPALS: `${USER},${CALLER}`,
    ALLOW_GCLOUD_AUDIENCE: "on",
    GOOGLE_KEYS_URL: google.url.href,
    SIGNING_KEY: "a-made-up-signing-key-of-32-characters",
    EXECUTOR: "cloud-run-job",
    SANDBOX_JOB: JOB,
    CLOUD_RUN_URL: jobs.run.endpoint,
    STORAGE_BUCKET: BUCKET,
    STORAGE_URL: jobs.storage.endpoint,
    STORAGE_HMAC_ACCESS_ID: KEY.accessId,
    STORAGE_HMAC_SECRET: KEY.secret,
    GCE_METADATA_HOST: jobs.metadata.host,
    // Google's own library of BigQuery reads it.
    BIGQUERY_EMULATOR_HOST: `${bigquery.endpoint}/bigquery/v2`,
  };
  const names = ["execute", "query", "health"] as const;
  const processes = await Promise.all(names.map((name) => startFunction(name, environment)));
  const functions = new Map(names.map((name, index) => [name as string, processes[index]?.ready[1] ?? ""]));
  const host = await startFunctionsHost(HOST, functions);
  const tokens = createMetadataTokens({ host: jobs.metadata.host });
  const facts = {
    functions,
    user: USER,
    accessToken: () => tokens.access(AbortSignal.timeout(COMMAND_MS)),
    identityToken: (email: string, aud: string) => google.token({ claims: { aud, email } }),
    logLines: () => linesOf(processes),
  };
  const api = await serveLoopback(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://api").pathname;
    const answer = await answerApi(path, (await readBody(request)).toString(), facts);
    response.writeHead(answer === null ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { error: { code: 404, message: "nothing", status: "NOT_FOUND" } }));
  });
  const folder = await mkdtemp(join(tmpdir(), "gcloud-user-"));
  const settings = await signIn(folder, { api: api.origin, run: jobs.run.endpoint, host });
  return {
    jobs,
    type: (commands) => type(commands, { folder, settings }),
    async close() {
      await Promise.all(processes.map((process) => process.stop("SIGKILL")));
      await Promise.all([host, api, jobs, bigquery].map((part) => part.close()));
      await Promise.all([google.stop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

function startFunction(name: string, environment: Readonly<Record<string, string>>): Promise<RunningProcess> {
  const command = [process.execPath, "test/docs/function.fixture.ts", name] as const;
  return startProcess({ command, cwd: ROOT, environment, ready: /Function at (\S+) / });
}

/** The lines that Cloud Logging would list for `severity>=ERROR`. */
function linesOf(processes: readonly RunningProcess[]): readonly string[] {
  const lines = processes.flatMap((process) => process.output().split("\n"));
  return lines.filter((line) => /^\{"severity":"(ERROR|CRITICAL)"/.test(line));
}

/** What a person has at home who has signed in: gcloud's credential, and a curl that finds the host of the functions. */
async function signIn(
  folder: string,
  {
    api,
    run,
    host,
  }: {
    readonly api: string;
    readonly run: string;
    readonly host: { readonly port: number; readonly certificate: string };
  },
): Promise<Readonly<Record<string, string>>> {
  const credential = {
    type: "authorized_user",
    client_id: "made-up",
    client_secret: "made-up",
    refresh_token: "1//0",
  };
  await writeFile(join(folder, "credential.json"), JSON.stringify(credential));
  await writeFile(join(folder, "host.pem"), host.certificate);
  const curl = `cacert = "${join(folder, "host.pem")}"\nconnect-to = "${HOST}:443:127.0.0.1:${host.port}"\n`;
  await writeFile(join(folder, ".curlrc"), curl);
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    CLOUDSDK_CONFIG: join(folder, "gcloud"),
    CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: join(folder, "credential.json"),
    CLOUDSDK_AUTH_TOKEN_HOST: `${api}/token`,
    CLOUDSDK_CORE_PROJECT: "demo-project",
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "true",
    CLOUDSDK_CORE_CHECK_GCE_METADATA: "false",
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDFUNCTIONS: `${api}/`,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS: `${api}/`,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING: `${api}/`,
    // gcloud puts the region before the host's name, so that only a proxy finds it.
    CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN: "http://run.test/",
    http_proxy: `${run}/`,
    no_proxy: "127.0.0.1",
  };
}

function type(
  commands: string,
  { folder, settings }: { readonly folder: string; readonly settings: Readonly<Record<string, string>> },
): Promise<Done> {
  const options = { cwd: folder, env: settings, timeout: COMMAND_MS };
  return new Promise((done) => {
    execFile("bash", ["-c", `set -euo pipefail\n${commands}`], options, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : 1, stdout, stderr }),
    );
  });
}
