import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { describeWith } from "../support/capabilities.ts";

const FILE = resolve(import.meta.dirname, "../../cloudbuild.yaml");
const TEXT = readFileSync(FILE, "utf8");

interface Step {
  readonly id: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly waitFor?: readonly string[];
}
interface Build {
  readonly steps: readonly Step[];
  readonly substitutions: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
}
const BUILD = parse(TEXT) as Build;
const stepOf = (id: string) => {
  const step = BUILD.steps.find((one) => one.id === id);
  if (step === undefined) throw new Error(`There is no step ${id}.`);
  return step;
};

describe("the build", () => {
  it("checks before it uploads, plans with everything at hand, applies last but for the smoke test", () => {
    expect(BUILD.steps.map(({ id }) => id)).toEqual([
      "check-and-build",
      "upload",
      "image",
      "plan",
      "apply",
      "smoke",
    ]);
    expect(stepOf("plan").waitFor).toEqual(["upload", "image"]);
    expect(stepOf("plan").args.at(-1)).toContain("-var-file=../image.tfvars.json");
    expect(stepOf("check-and-build").args.at(-1)).toContain("npm run check");
  });

  it("applies nothing unless it is told to, and then the plan that was shown", () => {
    expect(BUILD.substitutions["_APPLY"]).toBe("no");
    const [first, second] = (stepOf("apply").args.at(-1) ?? "").split("\n");
    expect(first).toBe(
      `if [ "\${_APPLY}" != yes ]; then echo "Only planned: _APPLY=yes applies."; exit 0; fi`,
    );
    expect(second).toMatch(/^terraform apply .* build\.tfplan$/);
  });

  it("takes tools of named versions, and gives Terraform the image by its digest", () => {
    for (const { name } of BUILD.steps) expect(name).toMatch(/:\d+\.\d+\.\d+(-|$)/);
    expect(stepOf("image").args.at(-1)).toContain("RepoDigests");
    expect(TEXT).not.toContain("latest");
  });

  it("runs as the deployer, and reads no secret", () => {
    expect(BUILD.serviceAccount).toContain("/serviceAccounts/deployer@");
    expect(TEXT).not.toMatch(/availableSecrets|secretEnv|versions access/);
  });
});

describeWith("gcloud", "gcloud's own reading of the build", () => {
  let cloud: Server;
  let folder: string;
  let sent: Build[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cloudbuild-test-"));
    writeFileSync(join(folder, "token"), "token");
    cloud = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += chunk;
      sent.push(JSON.parse(text));
      const name = "projects/demo-project/locations/europe-west1/builds/one";
      const build = {
        ...JSON.parse(text),
        id: "one",
        projectId: "demo-project",
        name,
        status: "QUEUED",
        logUrl: "https://example.org/log",
      };
      const answer = { name: "operations/build/demo-project/b25l", metadata: { build } };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    }).listen(0, "127.0.0.1");
    await once(cloud, "listening");
  });
  afterAll(async () => {
    cloud.close();
    cloud.closeAllConnections();
    await once(cloud, "close");
    rmSync(folder, { recursive: true, force: true });
  });

  function submit(
    config: string,
    ...more: string[]
  ): Promise<{ readonly failed: boolean; readonly said: string }> {
    const address = cloud.address();
    const port = typeof address === "object" ? address?.port : 0;
    const env = {
      PATH: process.env["PATH"] ?? "",
      CLOUDSDK_CONFIG: folder,
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(folder, "token"),
      CLOUDSDK_CORE_PROJECT: "demo-project",
      CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "true",
      CLOUDSDK_CORE_CHECK_GCE_METADATA: "false",
      CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBUILD: `http://127.0.0.1:${port}/`,
    };
    const words = [
      "builds",
      "submit",
      "--no-source",
      "--async",
      "--region=europe-west1",
      `--config=${config}`,
      ...more,
    ];
    return new Promise((done) => {
      execFile("gcloud", words, { env, timeout: 120_000 }, (error, stdout, stderr) =>
        done({ failed: error !== null, said: stdout + stderr }),
      );
    });
  }

  it("takes every key of it, and sends it whole", async () => {
    sent = [];
    const { said } = await submit(FILE, "--substitutions=_APPLY=yes");
    expect(said).not.toContain("ERROR");
    expect(sent.map(({ steps }) => steps.map(({ id }) => id))).toEqual([BUILD.steps.map(({ id }) => id)]);
    expect(sent[0]?.substitutions).toEqual({ ...BUILD.substitutions, _APPLY: "yes" });
  }, 150_000);

  it("would refuse a key that there is not", async () => {
    sent = [];
    const wrong = join(folder, "wrong.yaml");
    writeFileSync(wrong, TEXT.replace("  logging: CLOUD", "  loging: CLOUD"));
    const { failed, said } = await submit(wrong);
    expect(failed).toBe(true);
    expect(said).toContain("loging");
    expect(sent).toEqual([]);
  }, 150_000);
});
