// For dialogs that are in the page only while they are open: when one goes, the focus is back on what opened it, and not
// at the beginning of the page.
import { useEffect } from 'react';

export function useFocusBack(): void {
  useEffect(() => {
    const opener = openerOf(document.activeElement);
    return () => {
      // After a menu or a dialog that goes with it has let go of the focus.
      requestAnimationFrame(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body;
        if (isLost && opener?.isConnected) opener.focus({ preventScroll: true });
      });
    };
  }, []);
}

/** An entry of a menu is gone when the dialog closes: then it is the button of the menu. */
function openerOf(element: Element | null): HTMLElement | null {
  const menuButton = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby') ?? null;
  const opener = menuButton === null ? element : document.getElementById(menuButton);
  return opener instanceof HTMLElement ? opener : null;
}
