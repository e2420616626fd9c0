// The test of what an account's domain says in the DNS.
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { DomainVitals } from '../../../core/index.ts';
import { InstantlyError } from './errors.ts';
import { type Options, openPath } from './path.ts';

const address = Type.String({ maxLength: 320 });

/** `email` is what a published command line tool sends in place of the documented list. */
const Body = Type.Object({
  accounts: Type.Optional(Type.Array(address, { minItems: 1, maxItems: 100 })),
  email: Type.Optional(address),
});

export async function addVitals(app: FastifyInstance, options: Options): Promise<void> {
  const { core } = options;
  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { POST: 'accounts:read' });
      scope.withTypeProvider<TypeBoxTypeProvider>().post('/', { schema: { body: Body } }, async (request) => {
        const { accounts, email } = request.body;
        const wanted = accounts ?? (email === undefined ? null : [email]);
        if (!wanted) throw new InstantlyError(400, "body must have required property 'accounts'");
        const { principal } = callers.of(request);
        const domains = new Set<string>();
        const unknown = new Set<string>();
        for (const text of new Set(wanted.map((name) => name.trim().toLowerCase()))) {
          // Only domains of the workspace's own accounts: this is no look-up service.
          const { items } = await core.mailboxes.list(principal, { email: text }, { after: null, limit: 1 });
          (items.length > 0 ? domains : unknown).add(domainOf(text));
        }
        const results = await core.domainVitals.check([...domains]);
        const replies = results.map(replyOf);
        const absent = [...unknown].filter((domain) => !domains.has(domain)).map(unknownReply);
        return {
          status: 'success',
          success_list: replies.filter(({ allPass }) => allPass),
          failure_list: [...replies.filter(({ allPass }) => !allPass), ...absent],
        };
      });
    },
    { prefix: '/accounts/test/vitals' },
  );
}

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);

/** What the DNS did not answer is not passed, and `reason` says that it is not refuted either. */
function replyOf({ domain, mx, spf, dkim, dmarc }: DomainVitals) {
  const checks = [mx, spf, dkim, dmarc];
  return {
    domain,
    allPass: checks.every((passed) => passed === true),
    mx: mx === true,
    spf: spf === true,
    dkim: dkim === true,
    dmarc: dmarc === true,
    ...(checks.includes(null) ? { reason: 'The DNS did not answer every question; try again later.' } : {}),
  };
}

const unknownReply = (domain: string) => ({
  domain,
  allPass: false,
  mx: false,
  spf: false,
  dkim: false,
  dmarc: false,
  reason: 'No account of this workspace has such an address.',
});
