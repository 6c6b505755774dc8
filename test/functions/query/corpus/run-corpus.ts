/**
 * Prints how each query of the corpus ends, and the counts:
 * node test/functions/query/corpus/run-corpus.ts [--list dates] [--all]
 * Without --all only what is not right is shown.
 */
import { stdout } from "node:process";
import { parseArgs } from "node:util";
import { startCorpusServer } from "./ask-corpus.ts";
import { readCorpus } from "./corpus.ts";
import { judge, type Verdict } from "./judge.ts";

const { values } = parseArgs({
  options: { list: { type: "string" }, all: { type: "boolean", default: false } },
});
const say = (line: string) => stdout.write(`${line}\n`);
const queries = readCorpus().filter(({ list }) => values.list === undefined || list === values.list);
const counts: Record<Verdict, number> = { right: 0, refused: 0, failed: 0, wrong: 0 };
const { server, ask } = await startCorpusServer();
try {
  for (const query of queries) {
    const answer = await ask(query);
    const verdict = judge(query, answer);
    counts[verdict] += 1;
    if (verdict === "right" && !values.all) continue;
    say(`${verdict === "wrong" ? "WRONG" : verdict}\t${query.list}\t${query.sql}`);
    if (verdict === "right") continue;
    const { body } = answer;
    say(`\texpected ${JSON.stringify(query.rows ?? "a refusal")}`);
    say(`\tgot      ${JSON.stringify(body.success === true ? body.data : (body.error ?? body))}`);
  }
} finally {
  await server.stop();
}
say(JSON.stringify(counts));
