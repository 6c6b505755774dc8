import type { ListLanguagesResponse } from "#shared/contract/execute/list-languages.ts";
import type { RequestContext } from "#shared/http/route.ts";
import type { Executor } from "./executor/executor.ts";

/** Handler of `list_languages`. */
export function createListLanguages({ executor }: { executor: Executor }) {
  return async (context: RequestContext): Promise<ListLanguagesResponse> => {
    const languages = await executor.listLanguages({ signal: context.signal });
    return { languages: languages.map((language) => ({ ...language })) };
  };
}
