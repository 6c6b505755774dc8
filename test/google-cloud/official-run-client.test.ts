import { v2 } from "@google-cloud/run";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { OAuth2Client } from "google-auth-library";
import {
  createRunAdmin,
  type RunAdmin,
} from "#functions/execute/executor/executor-cloud-run-job/run-admin.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import { JOB, type JobCloud, startJobCloud } from "../support/google-cloud/job-cloud.ts";
import type { RunCall } from "../support/google-cloud/run/run-call.ts";
import { waitUntil } from "../support/wait-until.ts";

const TIMEOUT_MS = 60_000;
const OVERRIDES = { containerOverrides: [{ env: [{ name: "IN_URL", value: "https://in" }] }], taskCount: 1 };

/** Google's own library, asked the same of the same stand-in: what it takes is what the real service gives. */
describe("Google's own client of Cloud Run", () => {
  const stay = new AbortController().signal;
  let cloud: JobCloud;
  let ours: RunAdmin;
  let jobs: v2.JobsClient;
  let executions: v2.ExecutionsClient;
  beforeEach(async () => {
    cloud = await startJobCloud({ command: ["/bin/true"] });
    const { client, run, metadata } = cloud;
    ours = createRunAdmin({ client, endpoint: run.endpoint, job: JOB });
    const authClient = new OAuth2Client();
    const token = await createMetadataTokens({ host: metadata.host }).access(stay);
    authClient.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
    const { hostname, port } = new URL(run.endpoint);
    const options = { authClient, projectId: "demo", apiEndpoint: hostname, port: Number(port) };
    jobs = new v2.JobsClient({ ...options, fallback: true, protocol: "http" });
    executions = new v2.ExecutionsClient({ ...options, fallback: true, protocol: "http" });
  }, TIMEOUT_MS);
  afterEach(async () => {
    await Promise.all([jobs.close(), executions.close()]);
    await cloud.close();
  });

  const start = () => ours.start({ IN_URL: "https://in" }, { timeoutSeconds: 65, signal: stay });
  /** What differs is how enumerations are written, which ours reads none of. */
  const toSent = ({ method, path, body }: RunCall) => ({ method, path, body: body && JSON.parse(body) });
  const lastSent = () => cloud.run.calls.slice(-2).map(toSent);
  const nextFails = (trouble: Parameters<typeof Object.assign>[0]) => {
    cloud.run.faultOf = ({ permission }) => (permission === "run.jobs.run" ? trouble : null);
  };

  it(
    "starts a job by the same call as ours, and reads the same name",
    async () => {
      const [operation] = await jobs.runJob({
        name: JOB,
        overrides: { ...OVERRIDES, timeout: { seconds: 65 } },
      });
      const name = await start();
      const [theirs, own] = lastSent();
      expect(own).toEqual(theirs);
      expect([...(cloud.run.calls[0]?.query ?? [])]).toEqual([["$alt", "json;enum-encoding=int"]]);
      const named = cloud.run.executions.map(({ shortName }) => `${JOB}/executions/${shortName}`);
      expect([Object(operation.metadata).name, name]).toEqual(named);
      expect(cloud.run.executions.map(({ environment }) => environment)).toEqual([
        { IN_URL: "https://in" },
        { IN_URL: "https://in" },
      ]);
      const [finished] = await operation.promise();
      expect(finished.name).toBe(named[0]);
    },
    TIMEOUT_MS,
  );

  it.each([
    ["that is open", { neverStarts: true }, "CONDITION_RECONCILING"],
    ["that ended", {}, "CONDITION_SUCCEEDED"],
    ["whose image is missing", { failsWith: "Image 'sandbox' not found." }, "CONDITION_FAILED"],
  ] as const)(
    "finds an execution %s as ours does",
    async (_name, trouble, state) => {
      nextFails(trouble);
      const name = (await start()) ?? "";
      await waitUntil(
        () => "neverStarts" in trouble || cloud.run.executions[0]?.state !== "open",
        TIMEOUT_MS,
      );
      const [theirs] = await executions.getExecution({ name });
      const own = await ours.find(name, stay);
      expect(lastSent()[1]).toEqual(lastSent()[0]);
      const [completed] = theirs.conditions ?? [];
      expect(completed).toMatchObject({ type: "Completed", state });
      expect(theirs.name).toBe(name);
      const isOver = theirs.completionTime != null;
      expect(own).toEqual({ state: isOver ? "over" : "open", reason: completed?.message || null });
    },
    TIMEOUT_MS,
  );

  it(
    "cancels by the same call as ours, and both see it cancelled",
    async () => {
      nextFails({ neverStarts: true });
      const names = [await start(), await start()].map(String);
      const [operation] = await executions.cancelExecution({ name: names[0] ?? "" });
      await ours.cancel(names[1] ?? "", stay);
      const [theirs, own] = lastSent();
      expect(theirs).toEqual({ method: "POST", path: `/v2/${names[0]}:cancel`, body: {} });
      expect(own).toEqual({ ...theirs, path: `/v2/${names[1]}:cancel` });
      expect(Object(operation.metadata).name).toBe(names[0]);
      for (const name of names) {
        const [{ cancelledCount, completionTime }] = await executions.getExecution({ name });
        expect([cancelledCount, completionTime === null]).toEqual([1, false]);
        await expect(ours.find(name, stay)).resolves.toMatchObject({ state: "over" });
      }
      // It is over: ours takes that as done, Google's own says so.
      await ours.cancel(names[0] ?? "", stay);
      await expect(executions.cancelExecution({ name: names[0] ?? "" })).rejects.toMatchObject({ code: 3 });
    },
    TIMEOUT_MS,
  );

  it(
    "lists what ours started, page by page, where it may",
    async () => {
      nextFails({ neverStarts: true });
      const started = [await start(), await start(), await start()];
      await expect(executions.listExecutions({ parent: JOB })).rejects.toMatchObject({ code: 7 });
      cloud.run.permissions.add("run.executions.list");
      const before = cloud.run.calls.length;
      const [listed] = await executions.listExecutions({ parent: JOB, pageSize: 2 });
      expect(listed.map(({ name }) => name)).toEqual(started.toReversed());
      expect(cloud.run.calls).toHaveLength(before + 2);
    },
    TIMEOUT_MS,
  );

  it.each([
    [400, 3, "INVALID_ARGUMENT"],
    [401, 16, "UNAUTHENTICATED"],
    [403, 7, "PERMISSION_DENIED"],
    [404, 5, "NOT_FOUND"],
    [429, 8, "RESOURCE_EXHAUSTED"],
    [503, 14, "UNAVAILABLE"],
  ])(
    "reads a %d as ours does",
    async (status, code, reason) => {
      nextFails({ status });
      const theirs = await jobs.runJob({ name: JOB, overrides: OVERRIDES }).catch((error: unknown) => error);
      const own = await start().catch((error: unknown) => error);
      expect(theirs).toMatchObject({ code, message: expect.stringContaining("The stand-in was told to.") });
      expect(own).toMatchObject({
        status,
        reason,
        message: expect.stringContaining("The stand-in was told to."),
      });
    },
    TIMEOUT_MS,
  );

  it(
    "is told in the same words what may not be done",
    async () => {
      cloud.run.permissions.delete("run.jobs.run");
      const words = `Permission 'run.jobs.run' denied on resource '${JOB}' (or resource may not exist).`;
      const asked = jobs.runJob({ name: JOB, overrides: OVERRIDES });
      await expect(asked).rejects.toMatchObject({ code: 7, message: expect.stringContaining(words) });
      await expect(start()).rejects.toMatchObject({ status: 403, message: expect.stringContaining(words) });
      const [gone] = [`${JOB}/executions/sandbox-none`];
      await expect(executions.getExecution({ name: gone })).rejects.toMatchObject({ code: 5 });
      await expect(ours.find(gone, stay)).resolves.toEqual({ state: "gone", reason: null });
    },
    TIMEOUT_MS,
  );
});
