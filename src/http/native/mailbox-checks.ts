// Whether a mailbox works, over HTTP: a proof over each transport, and a diagnosis from its switch to its domain.
import { diagnosisSchema, presentDiagnosis } from './diagnosis-schema.ts';
import { presentMailbox } from './mailbox-schema.ts';
import { answer, type Noun, operation } from './operation.ts';
import { idParams, noQuery } from './parts.ts';
import { principalOf } from './principal.ts';

const tag = 'Mailboxes';

export const mailboxChecks: Noun = (app, core) => {
  app.addSchema(diagnosisSchema);

  app.post(
    '/v1/mailboxes/:id/verify',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'verifyMailbox',
          tag,
          summary: 'Prove a mailbox now',
          description:
            'Signs in over each transport. A failed proof is an answer with a verdict, not an error.',
          scope: 'mailboxes:update',
          success: { 200: answer('Mailbox', 'The mailbox with what was proved.') },
          errors: ['not_found', 'mailbox_disabled'],
        }),
      },
    },
    async (request) =>
      presentMailbox(core, await core.mailboxes.verify(principalOf(request), request.params.id)),
  );

  app.post(
    '/v1/mailboxes/:id/diagnose',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'diagnoseMailbox',
          tag,
          summary: 'Find out what is wrong with a mailbox',
          description:
            'Goes from its switch to its domain: renews each token that is not a minute old, proves each transport. What fails is a step with a verdict, not an error.',
          scope: 'mailboxes:update',
          success: { 200: answer('Diagnosis', 'What was found.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => presentDiagnosis(await core.doctor.examine(principalOf(request), request.params.id)),
  );
};
