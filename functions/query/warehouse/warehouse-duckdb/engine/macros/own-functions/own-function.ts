import {
  ANY,
  type DuckDBDataChunk,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  type DuckDBVector,
} from "@duckdb/node-api";

/** A function of GoogleSQL that no expression of DuckDB stands for. Only our macros call it: the allow-list does not know it. */
export interface OwnFunction {
  /** Its name in DuckDB; starts with `own_`. */
  readonly name: string;
  readonly parameters: readonly DuckDBType[];
  /** True when any number of values of any type may follow. */
  readonly takesAny?: true;
  /** True when it wants to see NULL; otherwise one NULL makes the result NULL. */
  readonly seesNull?: true;
  readonly returns: DuckDBType;
  /**
   * Computes one result.
   * @throws Error whose message starts with "error: " or "unsupported: " and goes on with a public sentence
   */
  readonly compute: (values: readonly DuckDBValue[], types: readonly DuckDBType[]) => DuckDBValue;
}

/** Makes DuckDB's form of the function. It never answers twice for the same constant, so it must be pure. */
export function toScalarFunction(own: OwnFunction): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name: own.name,
    parameterTypes: own.parameters,
    returnType: own.returns,
    specialHandling: true,
    ...(own.takesAny ? { varArgsType: ANY } : {}),
    mainFunction: (_info, input, output) => computeRows(own, input, output),
  });
}

function computeRows(own: OwnFunction, input: DuckDBDataChunk, output: DuckDBVector): void {
  const columns = Array.from({ length: input.columnCount }, (_, i) => input.getColumnVector(i));
  const types = columns.map((column) => column.type);
  for (let row = 0; row < input.rowCount; row += 1) {
    const values = columns.map((column) => column.getItem(row) ?? null);
    const isNull = own.seesNull !== true && values.includes(null);
    output.setItem(row, isNull ? null : own.compute(values, types));
  }
  output.flush();
}
