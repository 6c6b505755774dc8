import { createApiKey } from "#shared/auth/create-api-key.ts";

// The key alone goes to standard output, so that `CODEX_API_TOKEN=$(npm run --silent key)` works.
console.log(createApiKey());
console.error(
  [
    "",
    "This key is shown once and stored nowhere. To make the server accept it, start it with",
    "  CODEX_API_TOKEN=<the key> npm start",
    "and send it with each request as",
    "  Authorization: Bearer <the key>",
  ].join("\n"),
);
