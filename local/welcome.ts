/** What the person who started the server reads: where it is, where the key lies, and lines to paste. */
export function describeStart(options: {
  readonly address: string;
  /** The address that the public uses, or null when it is the same. */
  readonly publicBaseUrl: string | null;
  /** Where the key lies, or null when it came from the environment. */
  readonly keyFile: string | null;
  /** Sentences about what this machine cannot do. */
  readonly notices: readonly string[];
}): string {
  const { address, publicBaseUrl, keyFile, notices } = options;
  const key = keyFile === null ? "$CODEX_API_TOKEN" : `$(cat ${quoted(keyFile)})`;
  // Listening on all addresses, as in a container, says nothing of one to connect to.
  const reached = /^http:\/\/(0\.0\.0\.0|\[::\]):/.test(address) ? (publicBaseUrl ?? address) : address;
  const post = (path: string, body: object): string =>
    `  curl -s ${reached}${path} -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(body))}`;
  return [
    "",
    `Ready at ${address}`,
    ...(publicBaseUrl === null ? [] : [`Public    ${publicBaseUrl}`]),
    `API pages ${publicBaseUrl ?? address}/docs`,
    `MCP       ${publicBaseUrl ?? address}/mcp`,
    keyFile === null ? "API key   CODEX_API_TOKEN of the environment" : `API key   in ${keyFile}`,
    `Your page ${publicBaseUrl ?? address}/oauth/owner`,
    "",
    "Try it:",
    `  curl -s ${reached}/health`,
    post("/execute", { code: "print(2 + 2)" }),
    post("/query", {
      sql: "SELECT segment, COUNT(*) AS customers FROM `demo.sales.customers` GROUP BY segment ORDER BY customers DESC",
    }),
    "",
    ...notices.map((notice) => `NOTE: ${notice}`),
    ...(notices.length > 0 ? [""] : []),
  ].join("\n");
}

/** One word for a POSIX shell, whatever it holds. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
