// A page that is loaded when it is needed. After an update of the gateway the files that an open page knows of are
// gone: then the console is loaded anew, once. While the gateway cannot be reached it is not: nothing would come back.
import { type ComponentType, lazy } from 'react';

const reloadedKey = 'mailgrant-reloaded';
const reachedWithinMs = 5_000;

export const lazyPage = <Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): ComponentType => {
  const Page = lazy(async () => {
    try {
      const page: ComponentType = (await load())[name];
      noteReload(false);
      return { default: page };
    } catch (cause) {
      if (wasReloaded() === false && (await isReached())) {
        noteReload(true);
        window.location.reload();
      }
      throw new Error('The files of this page could not be loaded: the gateway or the network is down.', {
        cause,
      });
    }
  });
  return Page;
};

async function isReached(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(reachedWithinMs);
    return (await fetch(import.meta.env.BASE_URL, { cache: 'no-store', signal })).ok;
  } catch {
    return false;
  }
}

/** Null = storage is blocked: then nobody could tell whether it would go round and round. */
function wasReloaded(): boolean | null {
  try {
    return window.sessionStorage.getItem(reloadedKey) !== null;
  } catch {
    return null;
  }
}

function noteReload(isReloaded: boolean): void {
  try {
    if (isReloaded) window.sessionStorage.setItem(reloadedKey, '1');
    else window.sessionStorage.removeItem(reloadedKey);
  } catch {
    // Blocked: see above.
  }
}
