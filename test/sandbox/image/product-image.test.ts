import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeFull } from "../../support/capabilities.ts";
import { findFreePort } from "../../support/free-port.ts";
import { type PostgresServer, startPostgres } from "../../support/start-postgres.ts";
import { type RunningProcess, startProcess } from "../../support/start-process.ts";
import { toDockerFilter, toPodmanOptions } from "./compose-options.fixture.ts";
import { type Podman, startPodman } from "./podman.fixture.ts";

const BUILD_MS = 3_600_000;
const TEST_MS = 180_000;
const REQUEST_MS = 60_000;
const NAME = "app";

describeFull(
  ["podman", "root", "sandbox", "postgres"],
  "the product's image, built and run as compose.yaml says",
  () => {
    let podman: Podman;
    let postgres: PostgresServer;
    let database: string;
    let origin: string;
    let key: string;
    beforeAll(async () => {
      podman = await startPodman();
      await podman.build("Dockerfile", "product");
      postgres = await startPostgres();
      database = await postgres.createDatabase();
    }, BUILD_MS);
    afterAll(async () => {
      podman?.remove();
      await postgres?.stop();
    }, TEST_MS);

    const start = async (options: readonly string[]): Promise<RunningProcess> => {
      const port = String(await findFreePort());
      origin = `http://127.0.0.1:${port}`;
      const server = await startProcess({
        command: podman.toRunCommand(["--name", NAME, ...options], "product"),
        cwd: "/",
        environment: {
          PATH: process.env["PATH"] ?? "",
          PORT: port,
          PUBLIC_BASE_URL: origin,
          DATABASE_URL: database,
        },
        ready: /Try it:[\s\S]*\n\n/,
      });
      key = (await podman.ask("exec", NAME, "cat", "/data/api-key")).trim();
      return server;
    };
    const ask = async (path: string, body?: object) => {
      const answer = await fetch(`${origin}${path}`, {
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        ...(body && { method: "POST", body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      return { status: answer.status, body: await answer.json() };
    };

    it(
      "runs programs and SQL, is healthy, and has its data after a restart",
      async () => {
        const first = await start(toPodmanOptions());
        expect(first.output()).toContain(`curl -s ${origin}/health`);
        const python = { code: "import pandas, sklearn\nprint(pandas.__version__, sklearn.__version__)" };
        expect((await ask("/execute", python)).body).toMatchObject({
          success: true,
          output: "1.5.3 1.2.1\n",
        });
        for (const [code, engine] of [
          ["console.log(2)", "isolated-vm"],
          ["console.log(require('fs').readdirSync('/').includes('data') ? 1 : 2)", "node"],
        ]) {
          const { body } = await ask("/execute", { language: "javascript", code });
          expect(body).toMatchObject({ success: true, output: "2\n", engine });
        }
        const sql = "SELECT COUNT(*) > 0 AS some FROM `demo.sales.customers`";
        expect((await ask("/query", { sql })).body).toMatchObject({ success: true, data: [{ some: true }] });
        // What HEALTHCHECK says is run in the container; it throws when that fails.
        await podman.ask("healthcheck", "run", NAME);
        const before = { key, list: (await ask("/executions")).body.executions };
        expect(before.list).toHaveLength(3);
        expect(await first.stop()).toBe(0);

        const second = await start(toPodmanOptions());
        expect(key).toBe(before.key);
        expect((await ask("/executions")).body.executions).toEqual(before.list);
        expect(await second.stop()).toBe(0);
      },
      TEST_MS,
    );

    it(
      "is nobody with a privilege, in a system that cannot be changed",
      async () => {
        const server = await start(toPodmanOptions());
        const look = "id -u; grep -E '^(CapBnd|NoNewPrivs)' /proc/1/status; touch /app/new /new 2>&1";
        const seen = await podman.ask("exec", NAME, "sh", "-c", `${look} || true`);
        expect(seen).toMatch(/^1000\nCapBnd:\t0+\nNoNewPrivs:\t1\n/);
        expect(seen.match(/Read-only file system/g)).toHaveLength(2);
        expect(await server.stop()).toBe(0);
      },
      TEST_MS,
    );

    // AppArmor's option is not among them: a kernel without AppArmor tells nothing of it.
    it.each(["seccomp=unconfined", "systempaths=unconfined"])(
      "runs no program without %s, and says so",
      async (option) => {
        const filter = option.startsWith("seccomp") ? toDockerFilter(podman.folder) : [];
        const server = await start([...toPodmanOptions([option]), ...filter]);
        const { status, body } = await ask("/execute", { code: "print(1)" });
        expect([status, body.code]).toEqual([503, "sandbox_unavailable"]);
        expect(body.error).toContain(option);
        expect(await server.stop()).toBe(0);
      },
      TEST_MS,
    );
  },
);
