import type { ExecutionRecord, HandedOver } from "./execution-record.ts";
import type { ExecutionRecords } from "./execution-records.ts";

/** What is remembered of a run while it goes on. */
export interface RunNote {
  /** True when somebody may ask for it later. */
  readonly isLeft: () => boolean;
  /** Notes the run as it is known now. */
  save(): Promise<void>;
  /** Takes what another instance needs; it is noted when somebody may ask. Never rejects. */
  handOver(handedOver: HandedOver): Promise<void>;
  /** Notes what came between the first note and the moment when somebody may ask. */
  catchUp(): Promise<void>;
  /** True when another instance could take up the run. */
  isNoted(): boolean;
  /** Resolves when no note is under way: the last one is the run's end. */
  settle(): Promise<void>;
}

/** Builds the notes of one run. */
export function createRunNote(
  records: ExecutionRecords,
  { owner, record }: { readonly owner: string; readonly record: ExecutionRecord },
  isLeft: () => boolean,
): RunNote {
  let handedOver: HandedOver | null = null;
  let noted: HandedOver | null = null;
  let last: Promise<void> = Promise.resolve();

  /** One after the other: a note must not come after a later one. */
  function save(): Promise<void> {
    last = last
      .catch(() => undefined)
      .then(async () => {
        const known = handedOver;
        await records.save(owner, known === null ? record : { ...record, handedOver: known });
        noted = known;
      });
    return last;
  }

  return {
    isLeft,
    save,
    async handOver(given) {
      handedOver = given;
      // Where it fails, the run ends with this instance.
      if (isLeft()) await save().catch(() => undefined);
    },
    async catchUp() {
      if (noted !== handedOver) await save();
    },
    isNoted: () => noted !== null,
    settle: () => last.catch(() => undefined),
  };
}
