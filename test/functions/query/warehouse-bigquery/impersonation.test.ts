import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

const ACCOUNT = "reader@acme.iam.gserviceaccount.com";
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
});

/** Stands in for the service that gives tokens of other accounts. */
async function serveTokens(status: number, body: unknown) {
  const asked: { readonly path: string; readonly body: unknown }[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      asked.push({ path: request.url ?? "", body: JSON.parse(Buffer.concat(pieces).toString()) });
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { asked, tokenEndpoint: `http://127.0.0.1:${address.port}` };
}

describe("BIGQUERY_IMPERSONATE", () => {
  const own = { authClient: new PassThroughClient(), projectId: "acme", impersonate: ACCOUNT };

  it("signs every call as the other account, with one token for many statements at once", async () => {
    const { asked, tokenEndpoint } = await serveTokens(200, { accessToken: "token-of-reader" });
    const { standIn, warehouse } = await start({}, { ...own, tokenEndpoint });
    await Promise.all(Array.from({ length: 10 }, () => warehouse.runQuery(SELECT, quiet())));
    expect(new Set(standIn.calls.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer token-of-reader"]),
    );
    expect(asked).toEqual([
      {
        path: `/v1/projects/-/serviceAccounts/${encodeURIComponent(ACCOUNT)}:generateAccessToken`,
        body: { scope: ["https://www.googleapis.com/auth/bigquery"], lifetime: "3600s" },
      },
    ]);
  });

  it.each([
    [403, { error: { status: "PERMISSION_DENIED" } }],
    [200, { accessToken: 7 }],
    [500, "?"],
  ])("that is not granted says which role is missing: %i", async (status, body) => {
    const { tokenEndpoint } = await serveTokens(status, body);
    const { standIn, warehouse } = await start({}, { ...own, tokenEndpoint });
    await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
      code: "warehouse_unavailable",
      message: expect.stringContaining("roles/iam.serviceAccountTokenCreator"),
    });
    expect(standIn.calls).toEqual([]);
  });
});
