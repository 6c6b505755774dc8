import { randomUUID } from "node:crypto";
import { ownerOf } from "#shared/auth/owner-of.ts";
import { ANSWER_LIMIT_CHARACTERS, WAIT_SECONDS } from "#shared/contract/limits.ts";
import type { QueryAnswer } from "#shared/contract/query/query-answer.ts";
import type { QueryBigqueryRequest } from "#shared/contract/query/query-bigquery.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { fingerprintOf, invalidPageToken, type NextPage, type PageTokens } from "./pages/page-tokens.ts";
import { parseParameters } from "./parameters/parse-parameters.ts";
import type { QueryHandles } from "./running/query-handles.ts";
import { type QueryEnding, toQueryAnswer } from "./running/to-query-answer.ts";
import { toAsker } from "./to-asker.ts";
import type { DryRun, QueryFailure, QueryOutcome, Statement, Warehouse } from "./warehouse/warehouse.ts";

/** What the answer needs beside its schema and its rows: the token alone may have 1,400 characters. */
const OTHER_FIELDS_CHARACTERS = 5_000;

/** Characters that the rows of an answer and its schema may take together. */
export const ROWS_CHARACTERS = ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS;

interface Dependencies {
  readonly warehouse: Warehouse;
  readonly pageTokens: PageTokens;
  readonly handles: QueryHandles;
}

/** A checked request. */
interface Question {
  readonly statement: Statement;
  readonly fingerprint: string;
  readonly owner: string;
  readonly waitMs: number;
}

/** Handler of `query_bigquery`: a statement that fails is an answer, not an error. */
export function createQueryBigquery({ warehouse, pageTokens, handles }: Dependencies) {
  return async (request: QueryBigqueryRequest, context: RequestContext): Promise<QueryAnswer> => {
    const startedAt = Date.now();
    const { format } = request;
    const question = toQuestion(request, context);
    const { fingerprint, owner } = question;
    const from = findPage(request, question, pageTokens);
    const outcome = await ask(warehouse, { question, from, isDryRun: request.dry_run }, context);
    const queryId = from?.queryId ?? randomUUID();
    context.logger.log("INFO", outcome.kind === "running" ? "statement goes on" : "statement ended", {
      query_id: queryId,
      outcome: outcome.kind === "failure" ? outcome.code : outcome.kind,
    });
    return toQueryAnswer(outcome.kind === "running" ? toHandle(outcome.handle) : outcome, {
      format,
      queryId,
      requestId: context.requestId,
      startedAt,
      toToken: (reference) => pageTokens.sign({ reference, queryId }, question),
    });

    function toHandle(reference: NextPage["reference"]): QueryEnding {
      const running = { reference, queryId, fingerprint, format, maxRows: request.max_results, startedAt };
      return { kind: "running", handle: handles.sign(running, owner) };
    }
  };
}

function toQuestion(request: QueryBigqueryRequest, { principal }: RequestContext): Question {
  const { sql, dataset = null, max_results: maxRows, format } = request;
  const parameters = parseParameters(request.params);
  const limits = { maxRows, maxCharacters: ROWS_CHARACTERS, format };
  return {
    statement: { ...limits, sql, timeoutMs: request.timeout * 1000, parameters, defaultDataset: dataset },
    fingerprint: fingerprintOf({ sql, parameters, dataset }),
    owner: ownerOf(principal),
    waitMs: request.wait_seconds * 1000,
  };
}

/** @throws AppError `invalid_page_token`, and `validation_failed` for a dry run of a page */
function findPage(
  request: QueryBigqueryRequest,
  question: Question,
  pageTokens: PageTokens,
): NextPage | null {
  if (request.page_token === undefined) return null;
  if (!request.dry_run) return pageTokens.verify(request.page_token, question);
  const sentence = "A page is read and not run: leave out dry_run, or page_token.";
  throw new AppError("validation_failed", sentence);
}

interface Asked {
  readonly question: Question;
  readonly from: NextPage | null;
  readonly isDryRun: boolean;
}

function ask(warehouse: Warehouse, { question, from, isDryRun }: Asked, context: RequestContext) {
  const { signal } = context;
  if (from !== null) return readOn(warehouse, from, question, signal);
  const asker = toAsker(context, "query_bigquery");
  if (isDryRun) return dryRun(warehouse, question, { signal, asker });
  return warehouse.runQuery(question.statement, { signal, asker, waitMs: question.waitMs });
}

function dryRun(
  warehouse: Warehouse,
  { statement }: Question,
  options: Parameters<Warehouse["dryRun"]>[1],
): Promise<DryRun | QueryFailure> {
  const work = (signal: AbortSignal) => warehouse.dryRun(statement, { ...options, signal });
  const late = (seconds: number) => `The dry run took more than ${seconds} s. Send it again in a moment.`;
  return within(statement.timeoutMs, options.signal, work, late);
}

function readOn(
  warehouse: Warehouse,
  { reference }: NextPage,
  { statement }: Question,
  caller: AbortSignal,
): Promise<QueryOutcome> {
  const work = async (signal: AbortSignal) => {
    const page = await warehouse.readPage(reference, statement, { signal });
    if (page === null) throw invalidPageToken();
    return page;
  };
  const late = (seconds: number) =>
    `The page could not be read within ${seconds} s. Send the same page_token again.`;
  return within(statement.timeoutMs, caller, work, late);
}

/** Does what leaves nothing behind, at most for as long as a caller waits. @throws what the work throws; the caller's reason */
async function within<Result>(
  timeoutMs: number,
  caller: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
  toSentence: (seconds: number) => string,
): Promise<Result | QueryFailure> {
  const limitMs = Math.min(timeoutMs, WAIT_SECONDS.maximum * 1000);
  const deadline = AbortSignal.timeout(limitMs);
  try {
    return await work(AbortSignal.any([caller, deadline]));
  } catch (thrown) {
    if (thrown !== deadline.reason || caller.aborted) throw thrown;
    return { kind: "failure", code: "query_timed_out", message: toSentence(limitMs / 1000) };
  }
}
