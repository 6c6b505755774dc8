/** The database was brought up to date by a newer version of this program. `message` is one line for the person who runs it. */
export class DatabaseTooNewError extends Error {
  override readonly name = "DatabaseTooNewError";

  constructor(migration: string) {
    super(
      `The database was made by a newer version of this program (it has "${migration}", which this version does not know). Run that version, or restore a back-up of before.`,
    );
  }
}
