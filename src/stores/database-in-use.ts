// The one failure of opening that is no mistake of the settings: whoever has the database must be asked, or stopped.

/** Somebody else has the database open, and it cannot be shared for what is wanted. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}
