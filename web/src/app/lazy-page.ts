// A page that is loaded when it is needed. After an update of the gateway the files that an open page knows of are
// gone: then the page is loaded anew, once.
import { type ComponentType, lazy } from 'react';

const reloadedKey = 'mailgrant-reloaded';

export const lazyPage = <Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): ComponentType => {
  const Page = lazy(async () => {
    try {
      const page: ComponentType = (await load())[name];
      window.sessionStorage.removeItem(reloadedKey);
      return { default: page };
    } catch (cause) {
      if (window.sessionStorage.getItem(reloadedKey) === null) {
        window.sessionStorage.setItem(reloadedKey, '1');
        window.location.reload();
      }
      throw cause;
    }
  });
  return Page;
};
