import type { FromSchema } from "json-schema-to-ts";
import { EXECUTE_BODY_LIMIT_BYTES, EXECUTE_TIMEOUT_SECONDS, INPUT_FILES, WAIT_SECONDS } from "../limits.ts";
import type { Operation } from "../operation.ts";
import { EXECUTION } from "./execution.ts";
import { LANGUAGES } from "./languages.ts";

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
    files: {
      type: "array",
      maxItems: INPUT_FILES.count,
      items: {
        type: "object",
        properties: {
          name: {
            type: "string",
            maxLength: 1024,
            description: "Path in the program's working folder, like sales.csv.",
          },
          content_base64: { type: "string", maxLength: 28_000_000, description: "The content, in base64." },
          url: { type: "string", maxLength: 8192, description: "Or an https address to fetch it from." },
        },
        required: ["name"],
        additionalProperties: false,
      },
      description: "Files that the program finds in its working folder; each with content_base64 or url.",
    },
    openaiFileIdRefs: {
      type: "array",
      maxItems: INPUT_FILES.count,
      // The document says string, as ChatGPT demands, which then sends objects.
      items: {
        type: ["string", "object"],
        properties: {
          name: { type: ["string", "null"], maxLength: 1024 },
          id: { type: ["string", "null"], maxLength: 1024 },
          mime_type: { type: ["string", "null"], maxLength: 1024 },
          download_link: { type: ["string", "null"], maxLength: 8192 },
        },
      },
      description: "Files of the conversation that the program finds in its working folder.",
    },
    svg: { type: "boolean", default: false, description: "True to get charts as SVG as well." },
    session_id: {
      type: "string",
      pattern: "^(?:new|ses_[A-Za-z0-9_-]{22})$",
      description:
        "`new`, or the session_id of an earlier answer: the program finds the files that were left.",
    },
    wait_seconds: {
      type: "integer",
      ...WAIT_SECONDS,
      description: "After so many seconds a program that still runs is answered with status running.",
    },
    idempotency_key: {
      type: "string",
      pattern: "^[\\x21-\\x7E]{1,128}$",
      description: "The same request with the same key runs once; others under it are refused.",
    },
  },
  required: ["code"],
  additionalProperties: false,
} as const;

/** A checked request to run a program: defaults are filled in. */
export type ExecuteCodeRequest = FromSchema<typeof request>;

/** Runs one program in a fresh sandbox. */
export const executeCode = {
  operationId: "execute_code",
  function: "execute",
  method: "POST",
  path: "/execute",
  aliases: [],
  summary: "Run a Python or JavaScript program",
  description:
    "Runs a program in a fresh sandbox without network; returns what it printed, and links to the files and matplotlib charts that it made: show these links. Python has numpy, pandas, matplotlib; JavaScript is Node.js. Compute, do not guess. Files last only in a session.",
  consequential: false,
  scope: "execute",
  rate: "execute",
  audited: { text: "code" },
  bodyLimitBytes: EXECUTE_BODY_LIMIT_BYTES,
  deadlineMs: 44_000,
  request,
  response: EXECUTION,
  errors: [
    "invalid_file",
    "file_not_fetched",
    "not_found",
    "conflict",
    "key_reused",
    "sandbox_unavailable",
    "overloaded",
    "storage_unavailable",
  ],
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
        execution_id: "fe6d1a2b3c4d-0c5a5c3e4b1d4f0e9a590a2f6f4f2f11",
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
        execution_id: "fe6d1a2b3c3f-1d0c1c5e95cf4a0b9d0e2f6b7c8d9e0f",
        code: "program_timed_out",
        request_id: "7a1e8b63-7b1f-4b63-9a7d-6a4b4a9a9b21",
      },
    },
  },
} as const satisfies Operation;
