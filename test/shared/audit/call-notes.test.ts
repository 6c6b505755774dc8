import { describe, expect, it } from "@jest/globals";
import { createCallNotes, noteAnswer, noteInput } from "#shared/audit/call-notes.ts";
import { executeCode } from "#shared/contract/execute/execute-code.ts";
import { getQuery } from "#shared/contract/query/get-query.ts";
import { queryBigquery } from "#shared/contract/query/query-bigquery.ts";

const PAID = { success: true, bytes_processed: 20, bytes_billed: 10_485_760, estimated_cost_usd: 0.00006 };

describe("what the audit trail is to know of a call", () => {
  it("is the program, and its failure by code", () => {
    const notes = createCallNotes();
    noteInput(notes, executeCode, { code: "print(1)", language: "python" });
    noteAnswer(notes, { success: false, code: "program_failed", status: "failed" });
    expect(notes).toMatchObject({ text: "print(1)", outcome: "program_failed", bytes: null, costUsd: null });
  });

  it("is the SQL, what it read and what it cost", () => {
    const notes = createCallNotes();
    noteInput(notes, queryBigquery, { sql: "SELECT 1" });
    noteAnswer(notes, PAID);
    expect(notes).toMatchObject({ text: "SELECT 1", outcome: "ok", bytes: 20, costUsd: 0.00006 });
  });

  it("is the cost once: not again for a further page, and not for what was only estimated", () => {
    const page = createCallNotes();
    noteInput(page, queryBigquery, { sql: "SELECT 1", page_token: "token" });
    noteAnswer(page, PAID);
    expect(page).toMatchObject({ outcome: "ok", bytes: null, costUsd: null });
    const estimate = createCallNotes();
    noteAnswer(estimate, { ...PAID, bytes_billed: null, estimated_cost_usd: 6.25 });
    expect(estimate).toMatchObject({ bytes: 20, costUsd: null });
  });

  it("is that work goes on, and its text is nothing where there is none", () => {
    const notes = createCallNotes();
    noteInput(notes, getQuery, { query_id: "one" });
    noteAnswer(notes, { success: true, status: "running" });
    expect(notes).toMatchObject({ text: null, outcome: "running" });
  });
});
