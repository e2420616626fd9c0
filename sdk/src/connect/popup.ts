// The popup's window: opened empty in the click, sent to the link when it is there.

export type Popup = {
  goTo(url: string): void;
  /** True when it was closed, and also when a page in it has cut the tie to this one: nobody can tell the two apart. */
  isOutOfSight(): boolean;
  close(): void;
};

/** Null = the browser shows none. */
export function openPopup({ width, height }: { width: number; height: number }): Popup | null {
  const left = Math.max(0, Math.round(window.screenX + (window.outerWidth - width) / 2));
  const top = Math.max(0, Math.round(window.screenY + (window.outerHeight - height) / 2));
  const features = `popup=yes,width=${width},height=${height},left=${left},top=${top}`;
  const opened = window.open('about:blank', '_blank', features);
  if (opened === null || opened.closed) return null;
  // It keeps its opener: a browser lets nobody else close it. Mailgrant's pages have no script that could use it.
  return {
    goTo: (url) => opened.location.replace(url),
    isOutOfSight: () => opened.closed,
    close: () => opened.close(),
  };
}
