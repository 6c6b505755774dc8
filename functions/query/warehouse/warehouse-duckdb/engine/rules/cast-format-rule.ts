import { unsupported } from "../failure.ts";
import { isWord, type Node, type Write } from "../syntax/syntax-tree.ts";

const PARSED = ["DATE", "DATETIME", "TIMESTAMP", "TIME"];

/**
 * Writes `CAST(x AS STRING FORMAT f [AT TIME ZONE z])` and `CAST(x AS DATE FORMAT f)`.
 * @param type name of the type that is cast to
 * @param rest what follows FORMAT
 * @throws StatementFailure `unsupported_sql` for other types
 */
export function castWithFormat(type: string, value: string, rest: readonly Node[], write: Write): string {
  const zone = rest.findIndex((node, i) => isWord(node, "AT") && isWord(rest[i + 1], "TIME"));
  const format = write(zone < 0 ? rest : rest.slice(0, zone));
  if (type === "STRING") {
    return `GS_INNER_CAST_FORMAT(${value}, ${format}${zone < 0 ? "" : `, ${write(rest.slice(zone + 3))}`})`;
  }
  if (!PARSED.includes(type) || zone >= 0) throw unsupported(`CAST to ${type} with FORMAT`);
  return `GS_${type}(GS_INNER_CAST_PARSE(${value}, ${format}))`;
}
