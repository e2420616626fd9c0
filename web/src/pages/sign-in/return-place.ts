// Where to go on after a sign-in that leads over another site: kept in this tab only, and used once.
const key = 'mailgrant-return-place';

const base = import.meta.env.BASE_URL;

export function keepReturnPlace(): void {
  const { pathname, search } = window.location;
  try {
    window.sessionStorage.setItem(key, pathname + search);
  } catch {
    // Then the console begins at its overview.
  }
}

/** The place that was kept, when it is one of the console; forgotten from then on. */
export function takeReturnPlace(): string | null {
  try {
    const place = window.sessionStorage.getItem(key);
    window.sessionStorage.removeItem(key);
    return place?.startsWith(base) ? place : null;
  } catch {
    return null;
  }
}
