// How the set-up list of an OAuth client looks in the native API: what to do in the provider's console, with the exact
// texts to paste.
import { type Static, Type } from 'typebox';
import type { SetUpList } from '../../core/index.ts';
import { grantType } from './oauth-client-schema.ts';
import { id, nullable, provider } from './parts.ts';

export const setUpListSchema = Type.Object(
  {
    oauth_client_id: nullable(id('The OAuth client that it is for.')),
    provider: provider('Whose console it leads through.'),
    grant_type: grantType,
    steps: Type.Array(
      Type.Object({
        step: Type.String({ description: 'Stable name of the step.', examples: ['redirect_uri'] }),
        title: Type.String(),
        where: Type.String({ description: "The place in the provider's console." }),
        what: Type.Array(Type.String(), { description: 'What to do there, in sentences.' }),
        values: Type.Array(
          Type.Object({
            label: Type.String(),
            value: Type.String({ description: 'To be pasted letter by letter.' }),
          }),
        ),
        url: nullable(
          Type.String({ format: 'uri', description: "The console's page; null = there is none." }),
        ),
        remedy_for: Type.Array(Type.String({ examples: ['redirect_uri_mismatch'] }), {
          description: 'Codes of the verdicts that this step repairs.',
        }),
      }),
      { description: 'In the order in which they are done.' },
    ),
  },
  {
    $id: 'SetUpList',
    title: 'Set-up list',
    description: "What to do in a provider's console for one OAuth client.",
  },
);

export const presentSetUpList = (list: SetUpList): Static<typeof setUpListSchema> => ({
  oauth_client_id: list.oauthClientId,
  provider: list.provider,
  grant_type: list.grantType,
  steps: list.steps.map(({ remedyFor, ...step }) => ({ ...step, remedy_for: remedyFor })),
});
