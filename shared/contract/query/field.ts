/** A column of a result or of a table, or a field of a STRUCT. */
export const FIELD = {
  type: "object",
  properties: {
    name: { type: "string" },
    type: { type: "string", description: "A GoogleSQL type: INT64, STRING, STRUCT and so on." },
    mode: {
      type: "string",
      enum: ["NULLABLE", "REQUIRED", "REPEATED"],
      description: "REPEATED is an ARRAY of the type.",
    },
    description: { type: "string" },
    fields: {
      type: "array",
      description: "The fields of a STRUCT, each like a column.",
      items: { type: "object", properties: {}, additionalProperties: true },
    },
  },
  required: ["name", "type", "mode"],
  additionalProperties: false,
} as const;

/** Rows as an answer carries them. */
export const ROW = { type: "object", properties: {}, additionalProperties: true } as const;
