// What a mailbox's domain says in the DNS about its mail: where it goes (MX), who may send it (SPF, RFC 7208), with
// which key it is signed (DKIM, RFC 6376) and what to do with the rest (DMARC, RFC 7489).
import type { DomainResolver, Ports } from './ports.ts';

/** A member is null when the DNS did not answer: neither there nor missing. */
export type DomainVitals = {
  domain: string;
  mx: boolean | null;
  spf: boolean | null;
  dkim: boolean | null;
  dmarc: boolean | null;
};

/**
 * A selector can be any word and the DNS does not list them, so the usual ones are tried: Google Workspace's,
 * Microsoft 365's two, and those that many set-up guides name. A key under another name is not found.
 */
const dkimSelectors = ['google', 'selector1', 'selector2', 'default', 'dkim', 'mail', 's1', 'k1'] as const;

/** For one call, whatever the number of domains; what is not answered by then counts as not answered. */
const lookupMilliseconds = 8000;
/** More domains than this are asked about one after another, in groups. */
const atOnce = 10;

export function createDomainVitals({ clock, domains }: Pick<Ports, 'clock' | 'domains'>) {
  async function checkOne(domain: string, signal: AbortSignal): Promise<DomainVitals> {
    const [mx, spf, dkim, dmarc] = await Promise.all([
      hasMailServer(domains, domain, signal),
      hasRecord(domains, domain, /^v=spf1( |$)/i, signal),
      anyOf(
        dkimSelectors.map((selector) =>
          hasRecord(domains, `${selector}._domainkey.${domain}`, /(^|;)\s*p=\s*[A-Za-z0-9+/]/, signal),
        ),
      ),
      anyOf(
        parentsOf(domain).map((parent) =>
          hasRecord(domains, `_dmarc.${parent}`, /^v=DMARC1\s*(;|$)/i, signal),
        ),
      ),
    ]);
    return { domain, mx, spf, dkim, dmarc };
  }

  return {
    /** In the order given, all within 8 seconds. Never throws for what the DNS does or does not say. */
    async check(names: readonly string[]): Promise<DomainVitals[]> {
      const signal = clock.deadline(lookupMilliseconds);
      const results: DomainVitals[] = [];
      for (let start = 0; start < names.length; start += atOnce) {
        const group = names.slice(start, start + atOnce);
        results.push(...(await Promise.all(group.map((name) => checkOne(name, signal)))));
      }
      return results;
    },
  };
}

export type DomainVitalsCheck = ReturnType<typeof createDomainVitals>;

/** A single "." means that the domain takes no mail (RFC 7505). */
async function hasMailServer(domains: DomainResolver, domain: string, signal: AbortSignal) {
  const hosts = await domains.mx(domain, signal);
  return hosts === null ? null : hosts.some((host) => host !== '' && host !== '.');
}

async function hasRecord(domains: DomainResolver, name: string, form: RegExp, signal: AbortSignal) {
  const texts = await domains.txt(name, signal);
  return texts === null ? null : texts.some((text) => form.test(text.trim()));
}

/** One yes is enough; without one, an unanswered question leaves it open. */
async function anyOf(questions: Promise<boolean | null>[]): Promise<boolean | null> {
  const answers = await Promise.all(questions);
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

/** The domain and those above it, down to two labels: a policy holds for what lies below it, too. */
function parentsOf(domain: string): string[] {
  const labels = domain.split('.');
  const parents = labels
    .map((_, index) => labels.slice(index).join('.'))
    .slice(0, Math.max(1, labels.length - 1));
  return parents.slice(0, 5);
}
