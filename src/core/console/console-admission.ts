// Who of those that a sign-in server knows may enter the console. Pure.
import type { PersonClaims } from '../ports.ts';

/** One line of the operator's list: an address, a domain of addresses, or a claim with a value. */
export type AdmissionRule =
  | { kind: 'address'; address: string }
  | { kind: 'domain'; domain: string }
  | { kind: 'claim'; claim: string; value: string };

export type Admission =
  | { outcome: 'admitted'; person: string }
  /** `unverified_address`: the list would let the address in, but the server does not vouch for it. */
  | { outcome: 'not_allowed' | 'unverified_address' };

const personLengthMax = 200;

/** Any one rule is enough. Addresses and domains are compared without case, and only if the server has verified them. */
export function admissionOf(rules: readonly AdmissionRule[], claims: PersonClaims): Admission {
  const person = nameOf(claims);
  if (rules.some((rule) => rule.kind === 'claim' && hasClaim(claims, rule))) {
    return { outcome: 'admitted', person };
  }
  const address = addressOf(claims);
  if (address === null || !rules.some((rule) => isOfAddress(rule, address)))
    return { outcome: 'not_allowed' };
  const isVerified = claims.email_verified === true || claims.email_verified === 'true';
  return isVerified ? { outcome: 'admitted', person } : { outcome: 'unverified_address' };
}

function isOfAddress(rule: AdmissionRule, address: string): boolean {
  switch (rule.kind) {
    case 'address':
      return rule.address.toLowerCase() === address;
    case 'domain':
      return address.slice(address.lastIndexOf('@') + 1) === rule.domain.toLowerCase();
    case 'claim':
      return false;
    default:
      return rule satisfies never;
  }
}

/** The claim itself, or each of a list. A name with full stops may also lead into objects: `realm_access.roles`. */
function hasClaim(claims: PersonClaims, { claim, value }: { claim: string; value: string }): boolean {
  const found = Object.hasOwn(claims, claim) ? claims[claim] : at(claims, claim.split('.'));
  const values: unknown[] = Array.isArray(found) ? found : [found];
  return values.some((each) => isPlain(each) && String(each) === value);
}

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

function at(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const isInside = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isInside ? at(Reflect.get(value, name), rest) : undefined;
}

function addressOf({ email }: PersonClaims): string | null {
  const isAddress = typeof email === 'string' && /^[^\s@<>"]+@[^\s@<>"]+$/.test(email);
  return isAddress ? email.toLowerCase() : null;
}

/** For the audit log and the name of the key: the address, else what the server calls them. */
function nameOf(claims: PersonClaims): string {
  const names = [addressOf(claims), claims.preferred_username, claims.name, claims.sub];
  const name = names.find((each) => typeof each === 'string' && each.trim() !== '');
  return String(name ?? 'unknown')
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, personLengthMax);
}
