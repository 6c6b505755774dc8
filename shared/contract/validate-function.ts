/** One violation as ajv reports it. */
export interface ValidationError {
  /** JSON Pointer of the offending value; empty for the whole document. */
  readonly instancePath: string;
  /** The JSON Schema keyword that failed. */
  readonly keyword: string;
  readonly message?: string;
  /** What the keyword adds, such as `additionalProperty` or `missingProperty`. */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * A generated validator. It fills in the schema's defaults in place, answers whether the data fits, and leaves every
 * violation in `errors` until its next call: read them before anything else runs.
 */
export interface ValidateFunction<T> {
  (data: unknown): data is T;
  errors?: readonly ValidationError[] | null;
}
