import { randomUUID } from "node:crypto";
import { must, SmokeError, same } from "../check.ts";
import { type Deployment, type DeploymentCheck, expectStatus, listOf, textOf } from "./deployment.ts";

type Answer = Readonly<Record<string, unknown>>;

/** Runs a program and waits for its end, also when it takes longer than one request may. */
async function run(at: Deployment, request: Answer): Promise<Answer> {
  let answer = expectStatus(await at.ask("POST", "/execute", { body: request }), 200).json();
  for (let asked = 0; answer["status"] === "running" && asked < 4; asked += 1) {
    const path = `/execute/executions/${textOf(answer, "execution_id")}?wait_seconds=40`;
    answer = expectStatus(await at.ask("GET", path), 200).json();
  }
  return answer;
}

async function expectOutput(at: Deployment, request: Answer, output: string): Promise<Answer> {
  const answer = await run(at, request);
  if (answer["success"] === true && answer["output"] === output) return answer;
  throw new SmokeError(`It answered ${JSON.stringify(answer).slice(0, 400)}`);
}

const seconds = (answer: Answer) => `${answer["execution_time"]} s, ${answer["start"]} start`;

/** Tries what a program that turned bad would try first. */
const REACH_OUT = `import socket
for host, port in (("169.254.169.254", 80), ("8.8.8.8", 53), ("1.1.1.1", 443)):
    try:
        socket.create_connection((host, port), 2)
        print("reached", host)
    except OSError:
        print("no way")
`;

const CHART = `import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
open("left.txt", "w").write("kept")
`;

async function checkFiles(at: Deployment): Promise<string> {
  const answer = await run(at, { code: CHART, timeout: 30 });
  const links = [
    ...listOf(answer, "files").map((file) => textOf(file, "url")),
    ...listOf(answer, "charts").map((chart) => textOf(chart, "image_url")),
  ];
  must(links.length === 2, `A chart and a file should have come: ${JSON.stringify(answer).slice(0, 400)}`);
  for (const link of links) {
    const found = expectStatus(await at.ask("GET", link, { credential: null }), 200);
    must(found.bytes.length > 0, `${link.split("/").at(-1)} is empty.`);
    const forged = link.replace(/.(\/[^/]+)$/, (end) => (end.startsWith("A") ? "B" : "A") + end.slice(1));
    must((await at.ask("GET", forged, { credential: null })).status >= 400, "A forged link is taken.");
  }
  return "a chart and a file, and nothing by a forged link";
}

async function checkHandle(at: Deployment): Promise<string> {
  const body = { code: "import time; time.sleep(2); print('late')", wait_seconds: 0 };
  const first = expectStatus(await at.ask("POST", "/execute", { body }), 200).json();
  same(first["status"], "running");
  const id = textOf(first, "execution_id");
  let answer = first;
  for (let asked = 0; answer["status"] === "running" && asked < 4; asked += 1) {
    answer = expectStatus(await at.ask("GET", `/execute/executions/${id}?wait_seconds=40`), 200).json();
  }
  same(answer["output"], "late\n");
  const listed = listOf(expectStatus(await at.ask("GET", "/execute/executions"), 200).json(), "executions");
  must(
    listed.some((execution) => execution["execution_id"] === id),
    "The list does not have it.",
  );
  must((await at.ask("DELETE", `/execute/executions/${id}`)).status < 300, "It cannot be deleted.");
  expectStatus(await at.ask("GET", `/execute/executions/${id}`), 404);
  return "started, fetched later, listed, deleted";
}

async function checkIdempotency(at: Deployment): Promise<string> {
  const request = { code: "import random; print(random.random())", idempotency_key: randomUUID() };
  const [first, second] = [await run(at, request), await run(at, request)];
  same(second["output"], first["output"]);
  const other = await at.ask("POST", "/execute", { body: { ...request, code: "print(2)" } });
  expectStatus(other, 409);
  return "twice asked, once run";
}

/** Programs: the sandbox as its callers see it. */
export const PROGRAM_CHECKS: readonly DeploymentCheck[] = [
  {
    name: "languages",
    needs: "key",
    async run(at) {
      const languages = listOf(
        expectStatus(await at.ask("GET", "/execute/languages"), 200).json(),
        "languages",
      );
      must(
        languages.length === 2 && languages.every(({ available }) => available === true),
        JSON.stringify(languages),
      );
      return languages.map(({ name, version }) => `${name} ${version}`).join(", ");
    },
  },
  {
    name: "a Python program",
    needs: "key",
    run: async (at) => seconds(await expectOutput(at, { code: "print(2 + 2)" }, "4\n")),
  },
  {
    name: "a JavaScript program",
    needs: "key",
    run: async (at) =>
      seconds(await expectOutput(at, { language: "javascript", code: "console.log(2 + 2)" }, "4\n")),
  },
  {
    name: "a program that fails, and one that never ends",
    needs: "key",
    async run(at) {
      const failed = await run(at, { code: "1 / 0" });
      same([failed["success"], failed["code"]], [false, "program_failed"]);
      const endless = await run(at, { code: "while True: pass", timeout: 1 });
      same([endless["success"], endless["code"]], [false, "program_timed_out"]);
      return "program_failed, program_timed_out";
    },
  },
  {
    name: "no way out of the sandbox, nor to the metadata server",
    needs: "key",
    run: async (at) => {
      await expectOutput(at, { code: REACH_OUT, timeout: 15 }, "no way\n".repeat(3));
      return "three addresses are out of reach";
    },
  },
  {
    name: "standard input, files in, a session",
    needs: "key",
    async run(at) {
      const files = [{ name: "in.txt", content_base64: Buffer.from("put in").toString("base64") }];
      const code = "print(input(), open('in.txt').read()); open('kept.txt', 'w').write('kept')";
      const first = await expectOutput(
        at,
        { code, stdin: "typed", files, session_id: "new" },
        "typed put in\n",
      );
      const session = textOf(first, "session_id");
      await expectOutput(at, { code: "print(open('kept.txt').read())", session_id: session }, "kept\n");
      return "they are where the program looks";
    },
  },
  { name: "charts and files by link", needs: "key", run: checkFiles },
  { name: "a program that outlasts its caller", needs: "key", run: checkHandle },
  { name: "the same request twice", needs: "key", run: checkIdempotency },
];
