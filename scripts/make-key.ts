import { createApiKey } from "#shared/auth/create-api-key.ts";

// The key alone goes to standard output, so that `CODEX_API_TOKEN=$(npm run --silent key)` works.
console.log(createApiKey());
console.error(
  [
    "",
    "This key is made once and stored nowhere else. A server takes it as CODEX_API_TOKEN: on this machine by",
    "  CODEX_API_TOKEN=<the key> npm start",
    "in Google Cloud from the secret codex-api-token. Send it with each request as",
    "  Authorization: Bearer <the key>",
  ].join("\n"),
);
