import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const GUIDE = readFileSync(join(ROOT, "docs/deploy.md"), "utf8");
const STEPS = [...GUIDE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, commands = ""]) => commands);

/** What cannot be done here is written down, one call a line; gcloud goes on to the real one where a stand-in answers it. */
const SHIM = (name: string, real: string) => `#!/bin/sh
printf '%s %s\\n' ${name} "$*" >> "$CALLS"
case "${name} $*" in
  "gcloud secrets versions add "*|"gcloud storage hmac create "*) exec ${real} "$@" ;;
esac
exit 0
`;

describe("secrets that the guide writes into files", () => {
  const files = [...new Set([...GUIDE.matchAll(/> ([\w-]+\.txt)/g)].map(([, file = ""]) => file))];
  const state = ["terraform/bootstrap/terraform.tfstate", "terraform/terraform.tfvars.bak"];

  it("are neither committed nor sent to Cloud Build, which is told by the checkout's own .gitignore", () => {
    expect(files).toEqual(["api-key.txt", "hmac.txt", "database-password.txt"]);
    const { stdout } = spawnSync("git", ["check-ignore", "--no-index", "--verbose", ...files, ...state], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const ignoring = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(":", 1)[0]);
    expect(ignoring).toEqual([...files, ...state].map(() => ".gitignore"));
  });
});

describeWith("gcloud", "the deployment guide", () => {
  let folder: string;
  let cloud: Server;
  const secrets = new Map<string, string>();
  let outcome: { readonly status: number; readonly said: string };
  let calls: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "guide-test-"));
    cloud = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += chunk;
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(answer(request.url ?? "", text)));
    }).listen(0, "127.0.0.1");
    await once(cloud, "listening");
    prepare();
    outcome = await runGuide();
    calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
  }, 300_000);
  afterAll(async () => {
    cloud.close();
    cloud.closeAllConnections();
    await once(cloud, "close");
    rmSync(folder, { recursive: true, force: true });
  });

  function answer(url: string, text: string): object {
    if (url.includes("/hmacKeys")) {
      const metadata = { kind: "storage#hmacKeyMetadata", accessId: "GOOG1EXAMPLE", state: "ACTIVE" };
      return { kind: "storage#hmacKey", metadata, secret: "the+secret/half" };
    }
    const [, name = ""] = /\/secrets\/([a-z0-9-]+):addVersion/.exec(url) ?? [];
    secrets.set(name, Buffer.from(JSON.parse(text).payload.data, "base64").toString());
    return {
      name: `projects/1/secrets/${name}/versions/1`,
      state: "ENABLED",
      clientSpecifiedPayloadChecksum: true,
    };
  }

  /** A checkout as a reader has it, with tools that only write down what they are asked. */
  function prepare(): void {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    for (const name of ["gcloud", "terraform", "curl"]) {
      const real = (process.env["PATH"] ?? "")
        .split(delimiter)
        .map((path) => join(path, name))
        .find(existsSync);
      writeFileSync(join(bin, name), SHIM(name, real ?? "false"));
      chmodSync(join(bin, name), 0o755);
    }
    symlinkSync(process.execPath, join(bin, "node"));
    for (const name of ["terraform", "scripts", "shared", "cloudbuild.yaml"])
      cpSync(join(ROOT, name), join(folder, "checkout", name), { recursive: true });
    // The smoke test has tests of its own.
    const scripts = { key: "node scripts/make-key.ts", smoke: '>> "$CALLS" printf "smoke %s %s\n"' };
    const { imports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    writeFileSync(
      join(folder, "checkout/package.json"),
      JSON.stringify({ type: "module", imports, scripts }),
    );
    symlinkSync(join(ROOT, "node_modules"), join(folder, "checkout/node_modules"));
    writeFileSync(join(folder, "token"), "token");
  }

  function runGuide(): Promise<typeof outcome> {
    const address = cloud.address();
    const endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`;
    const env = {
      PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"]}`,
      HOME: folder,
      CALLS: join(folder, "calls"),
      CLOUDSDK_CONFIG: join(folder, "gcloud"),
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(folder, "token"),
      CLOUDSDK_CORE_PROJECT: "my-project",
      CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "true",
      CLOUDSDK_CORE_CHECK_GCE_METADATA: "false",
      CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: endpoint,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${endpoint}storage/v1/`,
    };
    const script = ["set -euo pipefail", ...STEPS]
      .join("\n")
      .replace("PROJECT=my-project", "PROJECT=demo-project");
    return new Promise((done) => {
      const options = { cwd: join(folder, "checkout"), env, timeout: 240_000 };
      execFile("bash", ["-c", script], options, (error, stdout, stderr) =>
        done({ status: error === null ? 0 : 1, said: stdout + stderr }),
      );
    });
  }

  it("runs from its first command to its last", () => {
    expect([outcome.status, outcome.status === 0 ? "" : outcome.said]).toEqual([0, ""]);
    expect(calls.at(-1)).toMatch(/^smoke https:\/\/europe-west1-demo-project\.cloudfunctions\.net codex_/);
  });

  it("fills every secret that Terraform asks for by default, with values that the functions take", () => {
    const defaults = /variable "secret_versions"[\s\S]*?default\s+= \{(.*?)\}/.exec(
      readFileSync(join(ROOT, "terraform/variables.tf"), "utf8"),
    )?.[1];
    const wanted = [...(defaults ?? "").matchAll(/(\w+) =/g)].map(([, name = ""]) =>
      name.toLowerCase().replaceAll("_", "-"),
    );
    expect([...secrets.keys()].sort()).toEqual(wanted.sort());
    expect(secrets.get("codex-api-token")).toMatch(/^codex_[\w-]{43,}$/);
    expect(secrets.get("signing-key")).toMatch(/^[A-Za-z0-9+/=]{64}$/);
    expect(secrets.get("storage-hmac-access-id")).toBe("GOOG1EXAMPLE");
    expect(secrets.get("storage-hmac-secret")).toBe("the+secret/half");
  });

  it("prepares, then stores settings, then plans, then applies", () => {
    const order = [
      /^terraform -chdir=terraform\/bootstrap apply$/,
      /^gcloud secrets versions add codex-api-token/,
      /^gcloud storage cp terraform\/terraform\.tfvars gs:\/\/demo-project-terraform-state\/terraform\.tfvars$/,
      /^gcloud builds submit (?!.*_APPLY)/,
      /^gcloud builds submit .*_APPLY=yes/,
      /^curl .*\/health$/,
    ].map((pattern) => calls.findIndex((call) => pattern.test(call)));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it("puts the reader's project into both files of settings, and leaves no secret behind", () => {
    for (const path of ["terraform/terraform.tfvars", "terraform/bootstrap/terraform.tfvars"]) {
      const text = readFileSync(join(folder, "checkout", path), "utf8");
      expect(text).toMatch(/^project_id\s+= "demo-project"$/m);
    }
    expect(existsSync(join(folder, "checkout/hmac.txt"))).toBe(false);
  });
});
