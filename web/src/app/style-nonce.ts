// The nonce under which libraries may add <style> elements. The server writes it into every page; `vite dev` does
// not, and has no policy either.

const placeholder = '__CSP_NONCE__';

export function styleNonce(): string {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  return nonce === placeholder ? '' : nonce;
}

/** Dialogs lock the page's scrolling by a style of their own, and look for the nonce under this global name. */
export function adoptNonce(): void {
  const nonce = styleNonce();
  if (nonce !== '') Object.assign(globalThis, { __webpack_nonce__: nonce });
}
