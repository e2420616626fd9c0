// Sets the colour scheme before the first paint, so that a dark page never flashes white. A file of its own,
// because the Content-Security-Policy allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = window.localStorage.getItem('mailgrant-color-scheme');
  } catch {
    // Storage is blocked: the system's scheme it is.
  }
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light');
})();
