// API keys: made, shown once, stored as a hash, checked on each call, revoked.
// Form: `mg_` + 8 characters to look it up by + 32 secret ones + 6 of checksum, all base62. 32 characters of
// base62 hold 190 bits, so a plain SHA-256 is a safe hash; the checksum rejects typing errors without a query.
import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { type AuditActor, record } from './audit.ts';
import { createBoundedMemory } from './bounded-memory.ts';
import { GatewayError, invalidField, notFound } from './errors.ts';
import type { Freshness } from './freshness.ts';
import type { Page, PageRequest, Ports, Random } from './ports.ts';
import { hasScope, isInstallationScope, type Principal, requireScope } from './principal.ts';
import { type Secret, secret } from './secret.ts';

/** What an API key may do. `accounts:*` are the names under which programs written for Instantly ask. */
export const apiKeyScopes = [
  'workspaces:manage',
  'api_keys:read',
  'api_keys:create',
  'api_keys:delete',
  'oauth_clients:read',
  'oauth_clients:create',
  'oauth_clients:update',
  'oauth_clients:delete',
  'connect_sessions:read',
  'connect_sessions:create',
  'mailboxes:read',
  'mailboxes:update',
  'mailboxes:delete',
  'tokens:read',
  'events:read',
  'webhooks:read',
  'webhooks:create',
  'webhooks:update',
  'webhooks:delete',
  'audit:read',
  'people:read',
  'people:delete',
  'installation:read',
  'installation:update',
  'settings:update',
  'mailboxes:create',
  'accounts:read',
  'accounts:create',
  'accounts:update',
  'accounts:delete',
  'all',
] as const;

export type ApiKeyScope = (typeof apiKeyScopes)[number];

export type ApiKey = {
  id: string;
  /** Null = a key of the installation, which may act in any workspace. */
  workspaceId: string | null;
  name: string;
  /** The look-up part of the key, not secret. */
  prefix: string;
  /** SHA-256 of the whole key, hex. */
  hash: string;
  lastFour: string;
  scopes: ApiKeyScope[];
  expiresAt: number | null;
  createdAt: number;
  revokedAt: number | null;
};

export type NewApiKey = { name: string; scopes: ApiKeyScope[]; expiresAt: number | null };

const keyForm = /^mg_([0-9A-Za-z]{8})([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export type ApiKeys = ReturnType<typeof createApiKeys>;

/** Keys that a process keeps in memory, by their hash. */
const keptMax = 10_000;
/** Callers without a key that one process vouches for: the command line has one. */
const vouchedMax = 4;

type KeptKey = { principal: Principal; mark: number; dependsOn: readonly string[] };

type Needs = Pick<Ports, 'store' | 'clock' | 'random'> & { freshness: Freshness };

export function createApiKeys(ports: Needs) {
  const { store, clock, random, freshness } = ports;
  const kept = createBoundedMemory<KeptKey>({ entriesMax: keptMax, bytesMax: Number.POSITIVE_INFINITY });

  /** By the hash of what stands for them. In no database, and gone with the process. */
  const vouched = new Map<string, Principal>();

  /** From memory, at once; null when that has no sure answer. */
  function recall(text: string): Principal | null {
    const keptHash = hashOf(text);
    const own = vouched.size === 0 ? undefined : vouched.get(keptHash);
    if (own) return own;
    const found = kept.find(keptHash);
    if (found === null) return null;
    const { principal, mark, dependsOn } = found;
    const isOver = principal.expiresAt !== null && principal.expiresAt <= clock.now();
    if (!isOver && freshness.isSure(mark, dependsOn)) return principal;
    kept.remove(keptHash);
    return null;
  }

  /** A key that is stored nowhere yet. */
  function make(
    workspaceId: string | null,
    { name, scopes, expiresAt }: NewApiKey,
  ): { key: ApiKey; text: Secret<string> } {
    const body = randomText(random, 40);
    const text = `mg_${body}${checksum(body)}`;
    const key: ApiKey = {
      id: random.id(),
      workspaceId,
      name,
      prefix: body.slice(0, 8),
      hash: hashOf(text),
      lastFour: text.slice(-4),
      scopes: [...new Set(scopes)],
      expiresAt,
      createdAt: clock.now(),
      revokedAt: null,
    };
    return { key, text: secret(text) };
  }

  /** Makes a key without asking who may: for whoever sits at the machine. */
  async function issue(
    workspaceId: string | null,
    request: NewApiKey,
    by: Principal | AuditActor = { kind: 'command_line', id: null },
  ): Promise<{ key: ApiKey; text: Secret<string> }> {
    const { key, text } = make(workspaceId, request);
    await store.transaction(async (rows) => {
      await rows.apiKeys.insert(key);
      const data = { scopes: key.scopes };
      await record(ports, rows, by, { workspaceId, action: 'api_key.created', objectId: key.id, data });
    });
    return { key, text };
  }

  return {
    make,

    issue,

    recall,

    /**
     * A text that stands for this principal as long as the process lives, and in no other. For whoever sits at the
     * machine: a command that asks its own process through the API needs no key of the database.
     */
    vouch(principal: Principal): Secret<string> {
      if (vouched.size >= vouchedMax) throw new Error('one process vouches for few');
      const text = `here_${randomText(random, 43)}`;
      vouched.set(hashOf(text), principal);
      return secret(text);
    },

    /**
     * The principal of a key as text. Throws `unauthenticated`, with the same words for an unknown and a
     * wrong key, so that prefixes cannot be searched for.
     */
    async authenticate(text: string): Promise<Principal> {
      const known = recall(text);
      if (known) return known;
      const mark = freshness.mark();
      const form = keyForm.exec(text);
      const prefix = form?.[1];
      if (!prefix || checksum(text.slice(3, -6)) !== form[3]) {
        throw new GatewayError(
          'unauthenticated',
          'This is not an API key of this server, or it is mistyped.',
        );
      }
      const key = await store.apiKeys.byPrefix(prefix);
      if (!key || !sameText(key.hash, hashOf(text)) || key.revokedAt !== null) {
        throw new GatewayError('unauthenticated', 'This API key is unknown or revoked.');
      }
      if (key.expiresAt !== null && key.expiresAt <= clock.now()) {
        throw new GatewayError('unauthenticated', 'This API key has expired.');
      }
      const principal: Principal = {
        keyId: key.id,
        workspaceId: key.workspaceId,
        isInstallation: key.workspaceId === null,
        scopes: new Set(key.scopes),
        expiresAt: key.expiresAt,
      };
      const dependsOn = key.workspaceId === null ? [key.id] : [key.id, key.workspaceId];
      kept.set(key.hash, { principal, mark, dependsOn }, 0);
      return principal;
    },

    /** The text is in this answer and nowhere else. A key gives neither scopes nor time that it does not have. */
    async create(principal: Principal, request: NewApiKey): Promise<{ key: ApiKey; text: Secret<string> }> {
      requireScope(principal, 'api_keys:create');
      const excess = request.scopes.find((scope) => !mayGive(principal, scope));
      if (excess) {
        throw new GatewayError('permission_denied', `This API key cannot give the scope \`${excess}\`.`);
      }
      if (request.expiresAt !== null && !(request.expiresAt > clock.now())) {
        throw invalidField('/expires_at', 'must be in the future');
      }
      // A key that ends makes no key that outlives it.
      const ends = [principal.expiresAt, request.expiresAt].filter((end) => end !== null);
      const expiresAt = ends.length === 0 ? null : Math.min(...ends);
      return issue(principal.workspaceId, { ...request, expiresAt }, principal);
    },

    async list(principal: Principal, page: PageRequest): Promise<Page<ApiKey>> {
      requireScope(principal, 'api_keys:read');
      return store.apiKeys.list(principal.workspaceId, page);
    },

    /** Throws `not_found` for an unknown key and another workspace's. */
    async read(principal: Principal, id: string): Promise<ApiKey> {
      requireScope(principal, 'api_keys:read');
      const key = await store.apiKeys.byId(id);
      if (!key || key.workspaceId !== principal.workspaceId) throw notFound('API key', principal.workspaceId);
      return key;
    },

    /** Throws `not_found` for an unknown key, another workspace's, or one revoked before. */
    async revoke(principal: Principal, id: string): Promise<void> {
      requireScope(principal, 'api_keys:delete');
      const key = await store.apiKeys.byId(id);
      if (!key || key.workspaceId !== principal.workspaceId) throw notFound('API key', principal.workspaceId);
      const { workspaceId } = key;
      await store.transaction(async (rows) => {
        if (!(await rows.apiKeys.revoke(id, clock.now()))) throw notFound('API key', key.workspaceId);
        await record(ports, rows, principal, { workspaceId, action: 'api_key.revoked', objectId: id });
      });
    },
  };
}

/** `all` may only be given by a key that has it; scopes of the installation only to its keys. */
function mayGive(principal: Principal, scope: ApiKeyScope): boolean {
  if (scope === 'all') return principal.scopes.has('all');
  if (isInstallationScope(scope) && principal.workspaceId !== null) return false;
  return hasScope(principal, scope);
}

const hashOf = (text: string): string => hash('sha256', text);

const sameText = (left: string, right: string): boolean =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));

const checksum = (body: string): string =>
  Array.from(createHash('sha256').update(body).digest().subarray(0, 6), (byte) => alphabet[byte % 62]).join(
    '',
  );

/** Uniform base62: bytes of 248 and more are thrown away, so that no character is likelier than another. */
function randomText(random: Random, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
    }
  }
  return text;
}
