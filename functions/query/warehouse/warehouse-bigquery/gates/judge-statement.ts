import type { BigQuery } from "@google-cloud/bigquery";
import type { Asker, QueryFailure, Statement } from "../../warehouse.ts";
import type { StatementContext } from "../statement-context.ts";
import { toFailure, unavailable } from "../to-failure.ts";
import { toQuery } from "../to-query.ts";
import { datasetNotAllowed } from "./allowed-datasets.ts";
import { checkFacts, unsureName } from "./check-facts.ts";
import { checkNames, externalNotAllowed } from "./check-names.ts";
import { type DryRunFacts, parseDryRunFacts } from "./dry-run-facts.ts";
import { findSender } from "./find-sender.ts";
import { namesOfStatement, type StatementNames } from "./names-of-statement.ts";

/** What passed the gates. */
export interface Judged {
  readonly kind: "judged";
  readonly facts: DryRunFacts;
}

/**
 * Leads a statement through the gates, in this order: what its text names, before anything is sent; BigQuery's own dry run, which
 * decides; functions that hand rows to other services.
 * @throws AppError `dataset_not_allowed`, `external_not_allowed`, `multiple_statements`, `write_not_allowed`,
 * `warehouse_unavailable`, `overloaded`
 */
export async function judgeStatement(
  context: StatementContext,
  statement: Statement,
  asker: Asker,
): Promise<Judged | QueryFailure> {
  if (LEGACY.test(statement.sql)) return legacySql();
  const names = namesOfStatement(statement.sql);
  const defaultDataset = defaultDatasetOf(context, statement);
  const { allowed, allowExternal, allowWrites } = context;
  checkNames(names, { allowed, allowExternal, defaultDataset });
  const question = {
    statement,
    project: context.client.projectId,
    location: context.location,
    dataset: statement.defaultDataset ?? context.defaultDataset,
    cap: context.maximumBytesBilled,
  };
  const known = context.dryRuns.get(question);
  if (known !== undefined) {
    checkFacts(known, names, { allowed, allowWrites, mayWrite: asker.mayWrite });
    return { kind: "judged", facts: known };
  }
  const facts = await askDryRun(context, statement, asker, names);
  if ("code" in facts) return facts;
  checkFacts(facts, names, { allowed, allowWrites, mayWrite: asker.mayWrite });
  if (!allowExternal) {
    const home = {
      project: defaultDataset?.project ?? context.client.projectId,
      dataset: defaultDataset?.dataset ?? null,
    };
    const sender = await findSender(context.client, home, names, facts);
    if (sender !== null) throw externalNotAllowed(sender);
  }
  // With other values of its parameters the statement may read less.
  const mayShrink = statement.parameters.length > 0 && (facts.bytesProcessed ?? 0) > question.cap;
  if (!mayShrink) context.dryRuns.set(question, facts);
  return { kind: "judged", facts };
}

/** A first line of this kind would have BigQuery read the text in another language than the gates do. */
const LEGACY = /^\s*#\s*legacysql/i;

function legacySql(): QueryFailure {
  const message = "Legacy SQL is not taken here. Remove the line #legacySQL and write GoogleSQL.";
  return { kind: "failure", code: "unsupported_sql", message };
}

/** Parts the name of the dataset that the statement's tables lie in when they are named without one. */
export function defaultDatasetOf(
  { defaultDataset }: Pick<StatementContext, "defaultDataset">,
  statement: Statement,
): { readonly project: string | null; readonly dataset: string } | null {
  const name = statement.defaultDataset ?? defaultDataset;
  if (name === undefined) return null;
  const point = name.lastIndexOf(".");
  return { project: point < 0 ? null : name.slice(0, point), dataset: name.slice(point + 1) };
}

async function askDryRun(
  context: StatementContext,
  statement: Statement,
  asker: Asker,
  names: StatementNames,
): Promise<DryRunFacts | QueryFailure> {
  try {
    const answer = await sendDryRun(context.client, { ...toQuery(context, statement, asker), dryRun: true });
    const facts = parseDryRunFacts(answer);
    if (facts === null) throw unavailable(new Error("A dry run did not say what the statement is."));
    return facts;
  } catch (thrown) {
    if (thrown instanceof TypeError) throw unavailable(thrown);
    const failure = toFailure(thrown, context);
    hideClosed(context, failure, names);
    return failure;
  }
}

async function sendDryRun(
  client: BigQuery,
  query: Parameters<BigQuery["createQueryJob"]>[0],
): Promise<unknown> {
  const [, answer] = await client.createQueryJob(query);
  return answer;
}

/** What Google says of a thing that is named wrong, or that the server's account may not read. */
const TELLING = new Set<QueryFailure["code"]>(["table_not_found", "permission_denied", "invalid_query"]);
const NAMED = [
  /\b(?:Table|View|Routine|Model|Procedure)\s+`?([a-z0-9.:-]*[a-z0-9])[:.](\w+)\.\w/gi,
  /\bDataset\s+`?([a-z0-9.:-]*[a-z0-9])[:.](\w+)/gi,
];

/**
 * Google's words tell whether a table exists, and what its columns are called.
 * @throws AppError `dataset_not_allowed` when they are about a dataset that is not open
 */
function hideClosed({ allowed }: StatementContext, failure: QueryFailure, names: StatementNames): void {
  if (allowed.names === null || !TELLING.has(failure.code)) return;
  const unsure = unsureName(names);
  if (unsure !== null) throw datasetNotAllowed(unsure);
  const named = NAMED.flatMap((pattern) => [...failure.message.matchAll(pattern)]);
  for (const [, project = "", dataset = ""] of named) {
    if (!allowed.allows(project, dataset)) throw datasetNotAllowed(null);
  }
}
