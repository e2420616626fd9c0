// How the person came to the page that is shown: first page of the visit, forward by a link, or back. Where a page
// was scrolled to is kept in memory, so that going back leads to the very place.

type Arrival = 'first' | 'link' | 'history';

const placesMax = 50;
const places = new Map<string, number>();
let arrival: Arrival = 'first';

window.history.scrollRestoration = 'manual';
window.addEventListener('popstate', () => {
  arrival = 'history';
});
// wouter announces its own navigation under this name.
window.addEventListener('pushState', () => {
  arrival = 'link';
});

const here = (): string => window.location.pathname + window.location.search;

/** How the current page was come to. */
export const arrivedBy = (): Arrival => arrival;

/** Notes where the page is scrolled to, as long as it is shown. Gives the function that ends that. */
export function rememberPlace(): () => void {
  const note = (): void => {
    const key = here();
    places.delete(key);
    places.set(key, window.scrollY);
    const oldest = places.keys().next().value;
    if (places.size > placesMax && oldest !== undefined) places.delete(oldest);
  };
  window.addEventListener('scroll', note, { passive: true });
  return () => window.removeEventListener('scroll', note);
}

/** Where the page of the current address was left; 0 for one that was come to by a link. */
export const placeOf = (): number => (arrival === 'history' ? (places.get(here()) ?? 0) : 0);
