import type { BigQuery } from "@google-cloud/bigquery";
import { memberOf } from "./rest-value.ts";

/**
 * Makes an error of an answer that is no JSON object, and of a job without its status or its name. The client reads members of those
 * in a callback that nobody catches: such an answer, as from a proxy on the way, would end the process and leave its caller waiting.
 * @param onCall gets each call as it begins; it resolves at the call's end, after its last try, whoever still waits for it
 */
export function guardAnswers(client: BigQuery, onCall: (call: Promise<void>) => void): void {
  const send = client.request.bind(client);
  client.request = (options, callback) => {
    const ended = Promise.withResolvers<void>();
    onCall(ended.promise);
    send(options, (error, body, response) => {
      ended.resolve();
      const isFine = error !== null || isAnswer(options, body);
      if (isFine) callback(error, body, response);
      else callback(new TypeError("BigQuery's answer is none that a call can have."), undefined, response);
    });
  };
}

function isAnswer(
  { method, uri }: { readonly method?: string; readonly uri: string },
  body: unknown,
): boolean {
  if (!isObject(body)) return false;
  const isNewJob = method === "POST" && uri === "/jobs";
  return !isNewJob || (isObject(memberOf(body, "status")) && isObject(memberOf(body, "jobReference")));
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
