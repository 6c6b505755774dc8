import type { FromSchema } from "json-schema-to-ts";
import { FAILURE_FIELDS } from "../failure-fields.ts";
import { BODY_LIMIT_BYTES, EXECUTE_TIMEOUT_SECONDS } from "../limits.ts";
import type { Operation } from "../operation.ts";

/** Languages that programs may be written in. */
export const LANGUAGES = ["python", "javascript"] as const;

/** A language that programs may be written in. */
export type Language = (typeof LANGUAGES)[number];

/** What may run a JavaScript program; `auto` chooses by what the program names. */
export const ENGINE_CHOICES = ["auto", "node", "isolated-vm"] as const;

/** What may run a JavaScript program. */
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

const request = {
  type: "object",
  properties: {
    code: {
      type: "string",
      minLength: 1,
      maxLength: 1_000_000,
      // Without NUL and lone surrogates: neither can be part of a source file in UTF-8 that an interpreter accepts.
      pattern: "^[^\\u0000\\uD800-\\uDFFF]*$",
      description:
        "The program. What it prints is the answer: print results, in JavaScript with console.log.",
    },
    language: { type: "string", enum: LANGUAGES, default: "python", description: "The program's language." },
    timeout: {
      type: "integer",
      ...EXECUTE_TIMEOUT_SECONDS,
      description: "Seconds after which the program is ended, 1 to 30.",
    },
    stdin: {
      type: "string",
      maxLength: 1_000_000,
      // Without lone surrogates, which UTF-8 cannot carry.
      pattern: "^[^\\uD800-\\uDFFF]*$",
      description: "What the program reads from standard input; empty when not given.",
    },
    engine: {
      type: "string",
      enum: ENGINE_CHOICES,
      default: "auto",
      description: "For JavaScript: node, isolated-vm (the bare language), or auto to choose by the program.",
    },
  },
  required: ["code"],
  additionalProperties: false,
} as const;

const response = {
  type: "object",
  properties: {
    success: { type: "boolean", description: "True when the program ended by itself with exit code 0." },
    output: { type: "string", description: "What the program wrote to standard output." },
    error: { type: ["string", "null"], description: "Null on success, else what to know first." },
    exit_code: {
      type: ["integer", "null"],
      description: "Null when a signal or the server ended the program.",
    },
    execution_time: { type: "number", description: "Seconds that the program took." },
    timestamp: { type: "string", description: "When the program ended, ISO 8601 in UTC." },
    stderr: { type: "string", description: "What the program wrote to standard error." },
    status: {
      type: "string",
      enum: ["succeeded", "failed", "timed_out", "out_of_memory", "killed"],
      description: "How the run ended.",
    },
    signal: { type: ["string", "null"], description: "The signal that ended the program, like SIGSEGV." },
    language: { type: "string", enum: LANGUAGES },
    engine: { type: "string", description: "What ran the program: cpython, node or isolated-vm." },
    start: {
      type: "string",
      enum: ["warm", "cold"],
      description: "Warm when a fresh sandbox was ready before the request came.",
    },
    truncated: { type: "boolean", description: "True when the middle of output or stderr was left out." },
    execution_id: { type: "string", description: "Names this run." },
    ...FAILURE_FIELDS,
  },
  required: [
    "success",
    "output",
    "error",
    "exit_code",
    "execution_time",
    "timestamp",
    "stderr",
    "status",
    "signal",
    "language",
    "engine",
    "start",
    "truncated",
    "execution_id",
    "request_id",
  ],
  additionalProperties: false,
} as const;

/** A checked request to run a program: defaults are filled in. */
export type ExecuteCodeRequest = FromSchema<typeof request>;

/** The answer to a program that was run, whether or not it succeeded. */
export type ExecuteCodeResponse = FromSchema<typeof response>;

/** Runs one program in a fresh sandbox. */
export const executeCode = {
  operationId: "execute_code",
  function: "execute",
  method: "POST",
  path: "/execute",
  aliases: [],
  summary: "Run a Python or JavaScript program",
  description:
    "Runs a program in a fresh sandbox without network and returns what it printed. Python has numpy, pandas and matplotlib; JavaScript is Node.js. Use it to compute, not to guess. Files do not survive the run.",
  consequential: false,
  scope: "execute",
  rate: "execute",
  bodyLimitBytes: BODY_LIMIT_BYTES,
  deadlineMs: 44_000,
  request,
  response,
  errors: ["sandbox_unavailable", "overloaded"],
  examples: {
    "a sum in Python": {
      request: { code: "print(2 + 2)" },
      response: {
        success: true,
        output: "4\n",
        error: null,
        exit_code: 0,
        execution_time: 0.031,
        timestamp: "2026-01-15T09:30:00.000Z",
        stderr: "",
        status: "succeeded",
        signal: null,
        language: "python",
        engine: "cpython",
        start: "warm",
        truncated: false,
        execution_id: "0c5a5c3e-4b1d-4f0e-9a59-0a2f6f4f2f11",
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
    "an endless loop": {
      request: { code: "while (true) {}", language: "javascript", timeout: 2 },
      response: {
        success: false,
        output: "",
        error: "The program timed out after 2 s.",
        exit_code: null,
        execution_time: 2.004,
        timestamp: "2026-01-15T09:30:02.000Z",
        stderr: "",
        status: "timed_out",
        signal: "SIGKILL",
        language: "javascript",
        engine: "isolated-vm",
        start: "warm",
        truncated: false,
        execution_id: "1d0c1c5e-95cf-4a0b-9d0e-2f6b7c8d9e0f",
        code: "program_timed_out",
        request_id: "7a1e8b63-7b1f-4b63-9a7d-6a4b4a9a9b21",
      },
    },
  },
} as const satisfies Operation;
