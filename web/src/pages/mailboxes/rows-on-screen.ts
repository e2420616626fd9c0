// Which rows of the list a person sees: those of which at least half is between its head, which stays at the top, and
// the lower edge of the window.
type Box = { current: HTMLElement | null };

/** Places of the first and the last one. */
export function rowsOnScreen(head: Box, body: Box, rowHeight: number): [number, number] {
  const begin = body.current?.getBoundingClientRect().top ?? 0;
  const above = head.current?.getBoundingClientRect().bottom ?? 0;
  const first = Math.max(0, Math.round((above - begin) / rowHeight));
  return [first, Math.round((window.innerHeight - begin) / rowHeight) - 1];
}
