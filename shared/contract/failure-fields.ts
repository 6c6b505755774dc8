/** Fields that answers carry beside the originals' own when `success` is false. */
export const FAILURE_FIELDS = {
  code: { type: "string", description: "What went wrong, for programs. Present when success is false." },
  request_id: { type: "string", description: "Names this request in the logs." },
} as const;

/** Body of every answer with a status of 400 or above. */
export const ERROR_RESPONSE = {
  type: "object",
  properties: {
    success: { type: "boolean", const: false },
    error: { type: "string", description: "A sentence that says what to do next." },
    code: { type: "string", description: "The error's code, for programs." },
    request_id: { type: "string", description: "Names this request in the logs." },
    retryable: { type: "boolean", description: "True when the same request may succeed later." },
    details: {
      type: "array",
      description: "For validation_failed: every violation.",
      items: {
        type: "object",
        properties: {
          path: { type: "string", description: "JSON Pointer of the field; empty for the whole body." },
          rule: { type: "string", description: "The JSON Schema keyword that failed." },
          message: { type: "string" },
        },
        required: ["path", "rule", "message"],
        additionalProperties: false,
      },
    },
  },
  required: ["success", "error", "code", "request_id", "retryable"],
  additionalProperties: false,
} as const;
