// The workspace that was looked at last, so that the next visit begins there. An id, never a secret. Storage may be
// blocked; then every visit begins with the choice.
const key = 'mailgrant-workspace';

export function readLastWorkspace(): string | null {
  // A link may name the workspace that it is about.
  const asked = new URLSearchParams(window.location.search).get('workspace');
  if (asked !== null) return asked;
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function writeLastWorkspace(id: string | null): void {
  try {
    if (id === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, id);
  } catch {
    // Not remembered.
  }
}
