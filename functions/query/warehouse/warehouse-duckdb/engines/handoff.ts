/** Hands pieces from one who makes them to one who reads them, so that few are held at a time. */
export interface Handoff {
  /** What was given, after `first`. Throws when `refuse` was called before the end. */
  content(first: Uint8Array): AsyncIterable<Uint8Array>;
  /** Gives one piece. @returns when the reader comes back for more; false when it does not */
  give(piece: Uint8Array): Promise<boolean>;
  /** No more pieces. */
  end(): void;
  /** Nothing more is taken; what was is worth nothing. */
  refuse(): void;
}

/** Holds what was given and not yet taken. */
export function createHandoff(): Handoff {
  const given: { readonly piece: Uint8Array; readonly taken: (isWanted: boolean) => void }[] = [];
  /** Of the piece that is being read. */
  let inHand: (isWanted: boolean) => void = () => undefined;
  let state: "open" | "ended" | "refused" = "open";
  let wake: () => void = () => undefined;
  return {
    async *content(first) {
      yield first;
      for (;;) {
        if (state === "refused") throw new Error("The rest of the result is not wanted.");
        const next = given.shift();
        if (next !== undefined) {
          inHand = next.taken;
          yield next.piece;
          inHand(true);
        } else if (state === "ended") return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
    give(piece) {
      if (state === "refused") return Promise.resolve(false);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      given.push({ piece, taken: resolve });
      wake();
      return promise;
    },
    end() {
      if (state === "open") state = "ended";
      wake();
    },
    refuse() {
      state = "refused";
      inHand(false);
      for (const { taken } of given.splice(0)) taken(false);
      wake();
    },
  };
}
