import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { CALLER, type DeployedCloud, HOST, startDeployedCloud } from "./deployed-cloud.fixture.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TEST_MS = 250_000;
const read = (page: string) => readFileSync(join(ROOT, page), "utf8");

/** The commands of the first block after some words, for this deployment. */
function blockAfter(page: string, words: string): string {
  const text = read(page);
  const block = /```(?:sh)?\n([\s\S]*?)```/.exec(text.slice(text.indexOf(words)))?.[1] ?? "";
  return forDeployment(block);
}

function forDeployment(commands: string): string {
  const settings = `export REGION=europe-west1 PROJECT=demo-project URL=https://${HOST}`;
  return `${settings}\n${commands.replaceAll("REGION-PROJECT", "europe-west1-demo-project").replaceAll("=REGION", "=$REGION")}`;
}

/** The command of a page that begins so and stands in its text. */
function commandOf(page: string, start: string): string {
  const command = [...read(page).matchAll(/`(gcloud [^`]+)`/g)].map(([, text = ""]) => text);
  return forDeployment(command.find((text) => text.startsWith(start)) ?? `The page has no ${start}`);
}

/** Answers that were printed one after another: gcloud prints what is no list as a line of YAML. */
const answersOf = (stdout: string) => {
  const lines = stdout.split("\n").map((line) =>
    line
      .trim()
      .replace(/^'(.*)'$/, "$1")
      .replaceAll("''", "'"),
  );
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
};

describeWith(["gcloud", "sandbox"], "gcloud as a user uses it", () => {
  let cloud: DeployedCloud;
  beforeAll(async () => {
    cloud = await startDeployedCloud();
  }, TEST_MS);
  afterAll(() => cloud?.close());

  it.each([
    ["README.md", "From the gcloud CLI", "4\n"],
    ["docs/deploy.md", "## With the gcloud CLI", "1\n"],
  ])(
    "asks for what %s prints, and gets it",
    async (page, words, output) => {
      const { status, stdout, stderr } = await cloud.type(blockAfter(page, words));
      expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
      expect(answersOf(stdout)).toMatchObject([
        { status: "healthy" },
        { success: true, status: "succeeded", output },
        { success: true, row_count: 1 },
      ]);
    },
    TEST_MS,
  );

  it(
    "calls as a service account that the person may impersonate, with a token made for this deployment",
    async () => {
      const token = commandOf("README.md", "gcloud auth print-identity-token --imp").replace(
        "=…",
        `=${CALLER}`,
      );
      const ask = `curl -s "$URL/execute/languages" -H "Authorization: Bearer $TOKEN"`;
      const { stdout, stderr } = await cloud.type(token.replace(/^gcloud.*$/m, `TOKEN="$($&)"\n${ask}`));
      expect(answersOf(stdout)).toMatchObject([{ languages: [{}, {}] }]);
      expect(stderr).toContain("impersonation");
    },
    TEST_MS,
  );

  it(
    "finds executions and failures as docs/operations.md prints it",
    async () => {
      cloud.jobs.run.permissions.add("run.executions.list");
      cloud.jobs.run.faultOf = ({ permission }) => (permission === "run.jobs.run" ? { status: 403 } : null);
      const call = `gcloud functions call execute --gen2 --region=REGION --data='{"code":"print(1)"}' || true`;
      await cloud.type(forDeployment(call));
      cloud.jobs.run.faultOf = () => null;
      const read = commandOf("docs/operations.md", "gcloud logging read");
      const list = commandOf("docs/operations.md", "gcloud run jobs executions list");
      const logged = await cloud.type(read);
      expect(logged.stdout).toMatch(/sandbox_unavailable\t[0-9a-f-]{36}$/m);
      const listed = await cloud.type(list);
      const [first] = cloud.jobs.run.executions;
      expect(listed.stdout).toContain(first?.shortName ?? "no execution");
    },
    TEST_MS,
  );
});
