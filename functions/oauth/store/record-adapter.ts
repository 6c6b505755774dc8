import { type Adapter, type AdapterPayload, errors } from "oidc-provider";
import type { Database } from "#shared/database/database.ts";
import { touchClientUse } from "./client-uses.ts";
import {
  findRecord,
  findRecordByUid,
  grantOf,
  keepOnce,
  keepRecord,
  redeemRecord,
  removeRecord,
  revokeGrant,
  type StoredRecord,
} from "./record-store.ts";
import { onDatabase } from "./storage-error.ts";

/** Stands in a payload for the thing's own name, which is the permission and is never kept. */
const OWN_NAME = "{id}";

/**
 * The library's way to the database, for one kind of thing (its interface is described in oidc-provider's
 * https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js).
 * @throws StorageError when the database is away
 */
export function createRecordAdapter(database: Database, kind: string): Adapter {
  return {
    upsert: (id, payload, expiresIn) => onDatabase(() => keep(database, kind, id, payload, expiresIn)),
    find: (id) =>
      onDatabase(async () => {
        const record = await findRecord(database, kind, id);
        return record === null ? undefined : fromRecord(record, id);
      }),
    findByUid: (uid) =>
      onDatabase(async () => {
        const record = await findRecordByUid(database, kind, uid);
        return record === null ? undefined : fromRecord(record, undefined);
      }),
    // Only the device flow asks by user code, and it is off.
    findByUserCode: () => Promise.resolve(undefined),
    consume: (id) => onDatabase(() => redeem(database, kind, id)),
    destroy: (id) => onDatabase(() => removeRecord(database, kind, id)),
    revokeByGrantId: (grantId) => onDatabase(() => revokeGrant(database, grantId)),
  };
}

async function keep(
  database: Database,
  kind: string,
  id: string,
  payload: AdapterPayload,
  expiresIn: number | undefined,
): Promise<void> {
  if (kind === "ReplayDetection") {
    if (await keepOnce(database, kind, id, expiresIn ?? 0)) return;
    throw new errors.InvalidClient("client assertion tokens must only be used once");
  }
  await keepRecord(database, {
    kind,
    id,
    payload: toStored(payload, id),
    grantId: kind === "Grant" ? id : (payload.grantId ?? null),
    uid: payload.uid ?? null,
    expiresInSeconds: expiresIn ?? null,
  });
  if (kind === "AccessToken" && payload.clientId !== undefined) {
    await touchClientUse(database, payload.clientId);
  }
}

/** Leaves out what would let its reader in: the thing's own name, also inside of addresses, and the names of other things. */
function toStored(payload: AdapterPayload, id: string): Record<string, unknown> {
  const { jti: _jti, ...rest } = payload;
  return {
    ...rest,
    ...(rest.returnTo === undefined ? {} : { returnTo: rest.returnTo.replaceAll(id, OWN_NAME) }),
    ...(rest.session === undefined ? {} : { session: { ...rest.session, cookie: undefined } }),
  };
}

function fromRecord({ payload, consumedAt }: StoredRecord, id: string | undefined): AdapterPayload {
  const { returnTo, ...rest } = payload;
  return {
    ...rest,
    ...(id === undefined ? {} : { jti: id }),
    ...(typeof returnTo === "string" ? { returnTo: returnTo.replaceAll(OWN_NAME, id ?? "") } : {}),
    ...(consumedAt === null ? {} : { consumed: consumedAt }),
  };
}

/**
 * Of several redemptions at the same time one wins, in the database. A code that was used takes its whole grant with it (RFC 6749
 * §4.1.2), and so does a refresh token after its grace (RFC 9700 §4.14.2).
 */
async function redeem(database: Database, kind: string, id: string): Promise<void> {
  const outcome = await redeemRecord(database, kind, id);
  if (outcome === "redeemed") return;
  if (outcome === "grace" && kind === "RefreshToken") return;
  const grantId = outcome === "missing" ? null : await grantOf(database, kind, id);
  if (grantId !== null) await revokeGrant(database, grantId);
  throw new errors.InvalidGrant(`${kind} already consumed`);
}
