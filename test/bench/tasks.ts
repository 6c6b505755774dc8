import { CAPABILITIES } from "../support/capability-catalogue.ts";

/** A program and what it must print. */
export interface Task {
  readonly name: string;
  readonly language: "python" | "javascript";
  readonly code: string;
  readonly output: string;
  /** What this server must run it with: a program in the wrong engine would measure something else. */
  readonly engine: "cpython" | "isolated-vm" | "node";
  /** Asked in one round by one client; the slow ones are asked less often. */
  readonly requests: number;
  /** True for those that need numpy, pandas and matplotlib. */
  readonly usesData: boolean;
}

const GROUP_BY = `
import pandas as pd
frame = pd.DataFrame({"region": ["north", "south", "east", "west"] * 250, "sales": range(1000)})
print(frame.groupby("region")["sales"].agg(["sum", "max"]).to_json())
`;

const CHART = `
import io
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot(range(100), [x * x for x in range(100)])
axes.set_title("squares")
buffer = io.BytesIO()
figure.savefig(buffer, format="png")
print(buffer.getvalue()[1:4].decode())
`;

const PYTHON = { language: "python", engine: "cpython" } as const;

/** What a model is asked to run, from the smallest to the heaviest. */
export const TASKS: readonly Task[] = [
  {
    ...PYTHON,
    name: "Python hello",
    code: 'print("hello")',
    output: "hello\n",
    requests: 100,
    usesData: false,
  },
  {
    name: "JavaScript hello",
    language: "javascript",
    engine: "isolated-vm",
    code: 'console.log("hello")',
    output: "hello\n",
    requests: 100,
    usesData: false,
  },
  {
    name: "JavaScript with require",
    language: "javascript",
    engine: "node",
    code: 'const fs = require("fs"); console.log(fs.existsSync("/usr"))',
    output: "true\n",
    requests: 100,
    usesData: false,
  },
  {
    ...PYTHON,
    name: "pandas group-by",
    code: GROUP_BY,
    output:
      '{"sum":{"east":125000,"north":124500,"south":124750,"west":125250},"max":{"east":998,"north":996,"south":997,"west":999}}\n',
    requests: 30,
    usesData: true,
  },
  { ...PYTHON, name: "matplotlib chart", code: CHART, output: "PNG\n", requests: 30, usesData: true },
];

/**
 * Those whose name contains `part`, as far as this machine can run them.
 * @throws Error when there are none
 */
export function chooseTasks(part: string): readonly Task[] {
  const named = TASKS.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
  const hasData = CAPABILITIES["python-packages"].isThere();
  const chosen = named.filter(({ usesData }) => hasData || !usesData);
  if (chosen.length === 0) throw new Error(`no task's name contains "${part}", or its libraries are missing`);
  return chosen;
}
