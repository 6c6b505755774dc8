import type { Message } from "./read-messages.ts";

/** Calls that go on, so that a later request of the same client can end them. */
export interface Cancellations {
  /**
   * @param session the client's own label, null when it has none: then nothing can be cancelled by a message
   * @returns a signal that aborts when the client cancels one of the messages, and what forgets them
   */
  open(
    owner: string,
    session: string | null,
    messages: readonly Message[],
  ): { readonly signal: AbortSignal; close(): void };
  /** Ends what the messages cancel. */
  cancel(owner: string, session: string | null, messages: readonly Message[]): void;
}

/**
 * Under the 2025 revisions a client cancels by a message of its own (https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation),
 * which may reach another instance: there it does nothing, and the call ends by its own bounds. Since 2026-07-28 closing the request says it all.
 */
export function createCancellations(): Cancellations {
  const running = new Map<string, AbortController>();
  return {
    open(owner, session, messages) {
      const controller = new AbortController();
      const keys =
        session === null
          ? []
          : messages.map(({ id }) => keyOf(owner, session, id)).filter((key) => key !== null);
      for (const key of keys) running.set(key, controller);
      return {
        signal: controller.signal,
        close: () => {
          for (const key of keys) if (running.get(key) === controller) running.delete(key);
        },
      };
    },
    cancel(owner, session, messages) {
      if (session === null) return;
      for (const { method, params } of messages) {
        if (method !== "notifications/cancelled") continue;
        const { requestId } = params;
        const id = typeof requestId === "string" || typeof requestId === "number" ? requestId : null;
        running.get(keyOf(owner, session, id) ?? "")?.abort(new Error("The client cancelled the call."));
      }
    },
  };
}

function keyOf(owner: string, session: string, id: string | number | null): string | null {
  return id === null ? null : JSON.stringify([owner, session, id]);
}
