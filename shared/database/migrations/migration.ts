/** One step of the database's schema. It runs once and is never changed after its release. */
export interface Migration {
  /** Four digits and a word: migrations run in the order of their names. */
  readonly name: string;
  /** SQL, one statement each. */
  readonly statements: readonly string[];
}
