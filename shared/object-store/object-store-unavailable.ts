import { AppError } from "../errors/app-error.ts";
import type { ObjectStore } from "./object-store.ts";

/** A store for places without one: it keeps nothing, and says why. */
export function createUnavailableObjectStore(reason: string): ObjectStore {
  const refuse = async (): Promise<never> => {
    throw new AppError("storage_unavailable", reason);
  };
  return {
    put: refuse,
    get: refuse,
    info: refuse,
    list: refuse,
    delete: refuse,
    deleteAll: refuse,
    async close() {},
  };
}
