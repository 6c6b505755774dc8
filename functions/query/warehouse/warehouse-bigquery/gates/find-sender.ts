import type { BigQuery } from "@google-cloud/bigquery";
import { memberOf, textOf } from "../rest-value.ts";
import { isRefusal } from "../to-failure.ts";
import { callThatSends, isRoutine } from "./check-names.ts";
import type { DryRunFacts, RoutineName } from "./dry-run-facts.ts";
import { namesOfStatement, type StatementNames } from "./names-of-statement.ts";
import type { NamePath } from "./read-path.ts";

/** Functions that call functions are followed; a statement that needs more than so many is not looked through. */
const MOST_LOOKED_AT = 20;

/** Where names lie that have fewer parts. */
export interface NamesHome {
  readonly project: string;
  /** The default dataset; null for none. */
  readonly dataset: string | null;
}

/**
 * Looks whether a function or a model of a dataset, which the statement uses, hands rows to a service outside the warehouse: a
 * remote function, one that runs on a connection, one whose SQL calls such a function, a model that lives elsewhere. What BigQuery
 * does not show counts as one. The SQL of views is their author's and is not looked at.
 * @returns the name to answer with, null when there is none
 * @throws what the client throws when BigQuery cannot be reached
 */
export async function findSender(
  client: BigQuery,
  home: NamesHome,
  names: StatementNames,
  facts: DryRunFacts,
): Promise<string | null> {
  for (const path of names.models) {
    if (await isRemoteModel(client, path, home)) return path.join(".");
  }
  const called = names.calls.filter(isRoutine).map((path) => toRoutine(path, home.project));
  const waiting = [...facts.routines, ...called].filter((routine) => routine !== null);
  const seen = new Set<string>();
  for (const routine of waiting) {
    const name = `${routine.project}.${routine.dataset}.${routine.routine}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if (seen.size > MOST_LOOKED_AT) return name;
    const body = await readBody(client, routine, facts);
    if (body === "sends") return name;
    const within = namesOfStatement(body).calls;
    if (callThatSends(within) !== null) return name;
    waiting.push(...within.filter(isRoutine).flatMap((path) => toRoutine(path, routine.project) ?? []));
  }
  return null;
}

/** @returns the SQL of a routine; empty for code in a language that reaches nothing */
async function readBody(client: BigQuery, routine: RoutineName, facts: DryRunFacts): Promise<string> {
  const there = client.dataset(routine.dataset, { projectId: routine.project }).routine(routine.routine);
  try {
    const [metadata] = await there.getMetadata();
    const options = ["remoteFunctionOptions", "pythonOptions", "externalRuntimeOptions", "sparkOptions"];
    if (options.some((option) => memberOf(metadata, option) !== undefined)) return "sends";
    const language = textOf(metadata, "language") ?? "SQL";
    if (language === "JAVASCRIPT") return "";
    return language === "SQL" ? (textOf(metadata, "definitionBody") ?? "") : "sends";
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
    // A name of the text that BigQuery does not count among the routines may be none.
    return isListed(routine, facts) ? "sends" : "";
  }
}

function isListed(routine: RoutineName, { routines }: DryRunFacts): boolean {
  return routines.some(
    ({ dataset, routine: name }) => dataset === routine.dataset && name === routine.routine,
  );
}

async function isRemoteModel(client: BigQuery, path: NamePath, home: NamesHome): Promise<boolean> {
  const [model = "", dataset = home.dataset, project = home.project] = path.toReversed();
  if (dataset === null) return true;
  try {
    const [metadata] = await client.dataset(dataset, { projectId: project }).model(model).getMetadata();
    return memberOf(metadata, "remoteModelInfo") !== undefined;
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
    return true;
  }
}

function toRoutine(path: NamePath, project: string): RoutineName | null {
  const [routine, dataset, owner = project] = path.toReversed();
  return routine === undefined || dataset === undefined ? null : { project: owner, dataset, routine };
}
