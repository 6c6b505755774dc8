import { describe, expect, it } from "@jest/globals";
import { judge } from "./ask.ts";
import type { Task } from "./tasks.ts";

const task: Task = {
  name: "hello",
  language: "javascript",
  engine: "isolated-vm",
  code: 'console.log("hello")',
  output: "hello\n",
  requests: 1,
  usesData: false,
};
const right = { success: true, output: "hello\n" };
const kindOf = (status: number, body: unknown, retryAfter?: string) =>
  judge(task, status, retryAfter, typeof body === "string" ? body : JSON.stringify(body)).kind;

describe("an answer of a server under test", () => {
  it("is no success with another output, another engine or another status", () => {
    expect(kindOf(200, { ...right, output: "" })).toBe("other");
    expect(kindOf(200, { ...right, success: false })).toBe("other");
    expect(kindOf(200, { ...right, engine: "node" })).toBe("other");
    expect(kindOf(201, right)).toBe("other");
    expect(kindOf(200, "hello\n")).toBe("other");
    expect(kindOf(200, "null")).toBe("other");
  });

  it("is no honest 503 unless it says after how many seconds to come again", () => {
    expect(kindOf(503, {})).toBe("other");
    expect(kindOf(503, {}, "0")).toBe("other");
    expect(kindOf(503, {}, "soon")).toBe("other");
    expect(kindOf(429, {}, "2")).toBe("other");
    expect(judge(task, 503, "2", "")).toEqual({ kind: "busy", retryAfterMs: 2000 });
  });

  it("is a success when the program printed what it must", () => {
    expect(judge(task, 200, undefined, JSON.stringify(right))).toEqual({ kind: "success", isWarm: false });
    const warm = { ...right, engine: "isolated-vm", start: "warm" };
    expect(judge(task, 200, undefined, JSON.stringify(warm))).toEqual({ kind: "success", isWarm: true });
  });
});
