// The part of RFC 6265 a browser needs on loopback: one jar per host and port, paths, expiry. Secure cookies are kept
// and sent on loopback, as browsers do for trustworthy origins.
type Cookie = { name: string; value: string; path: string };

export type CookieJar = ReturnType<typeof createCookieJar>;

export function createCookieJar() {
  const jars = new Map<string, Map<string, Cookie>>();

  function jarOf(url: URL): Map<string, Cookie> {
    const jar = jars.get(url.host) ?? new Map<string, Cookie>();
    jars.set(url.host, jar);
    return jar;
  }

  return {
    store(url: URL, setCookies: string[]): void {
      for (const line of setCookies) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
        const split = pair.indexOf('=');
        if (split < 1) continue;
        const [name, value] = [pair.slice(0, split), pair.slice(split + 1)];
        const named = new Map(
          attributes.map((attribute) => {
            const [key = '', ...rest] = attribute.split('=');
            return [key.toLowerCase(), rest.join('=')];
          }),
        );
        if (refused(url, name, named)) continue;
        const path = named.get('path') || '/';
        const key = `${name} ${path}`;
        if (expired(named)) jarOf(url).delete(key);
        else jarOf(url).set(key, { name, value, path });
      }
    },
    header(url: URL): string {
      return [...jarOf(url).values()]
        .filter(({ path }) => matches(url.pathname, path))
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
    },
    /** Every cookie as `host:port`, name and value. */
    list: () =>
      [...jars].flatMap(([host, jar]) => [...jar.values()].map(({ name, value }) => ({ host, name, value }))),
  };
}

function refused(url: URL, name: string, attributes: Map<string, string>): boolean {
  const trustworthy = url.protocol === 'https:' || /^(127\.|localhost$|\[::1\]$)/.test(url.hostname);
  if (attributes.has('secure') && !trustworthy) return true;
  if (!name.startsWith('__Host-')) return false;
  return !attributes.has('secure') || attributes.has('domain') || attributes.get('path') !== '/';
}

function expired(attributes: Map<string, string>): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = attributes.get('expires');
  return expires !== undefined && Date.parse(expires) <= Date.now();
}

function matches(requestPath: string, cookiePath: string): boolean {
  if (cookiePath === '/' || requestPath === cookiePath) return true;
  return requestPath.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}
