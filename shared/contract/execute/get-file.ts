import type { FromParameters, Operation } from "../operation.ts";

const parameters = {
  token: {
    // Nothing more is asked of its form: a link that is not ours is answered the same, whatever is wrong with it.
    schema: { type: "string", minLength: 1 },
    description: "The part of the link that is the permission.",
    isSecret: true,
  },
  name: {
    schema: { type: "string", minLength: 1 },
    description: "The file's name, with its folders; what the file is saved as.",
    spansSegments: true,
  },
} as const;

/** Which file is asked for. */
export type GetFileParameters = FromParameters<typeof parameters>;

/** Sends a file that a program left. Needs no key: the link is the permission. */
export const getFile = {
  operationId: "get_file",
  function: "execute",
  method: "GET",
  path: "/execute/files/{token}/{name}",
  aliases: ["/files/{token}/{name}"],
  parameters,
  summary: "Download a file that a program made",
  description:
    "Sends the file of a link from an answer of execute_code. Show such links to the user as they are; there is no need to call this. Links are good for an hour.",
  consequential: false,
  scope: null,
  rate: null,
  bodyLimitBytes: 0,
  deadlineMs: 300_000,
  request: null,
  response: { type: "string", contentMediaType: "application/octet-stream" },
  answersBytes: true,
  errors: ["not_found", "range_not_satisfiable", "storage_unavailable"],
  examples: { "a table": { response: "month,sales\n2026-01,120\n" } },
} as const satisfies Operation;
