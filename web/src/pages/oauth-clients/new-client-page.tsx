// Enters a registration: where it is, how it gets access, what the provider gave for it. The next page leads through the
// rest at the provider.
import { Button, Group, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useCreateOAuthClient } from '../../api/oauth-client.ts';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { credentialKindsOf } from './client-words.ts';
import { CredentialFields } from './credential-fields.tsx';
import { KindFields } from './kind-fields.tsx';
import { bodyOf, emptyDraft, type Missing, missingOf, type NewClientDraft } from './new-client-draft.ts';
import { RegistrationFields } from './registration-fields.tsx';
import { UseFields } from './use-fields.tsx';

export function NewOAuthClientPage() {
  const { workspaceId } = useWorkspace();
  const [, navigate] = useLocation();
  const create = useCreateOAuthClient();
  const [draft, setDraft] = useState<NewClientDraft>(emptyDraft);
  const [missing, setMissing] = useState<Missing>({});
  const change = (changes: Partial<NewClientDraft>): void => setDraft({ ...draft, ...changes });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setMissing(missingOf(draft));
    const body = bodyOf(draft);
    if (body === null) return;
    create.mutate(body, {
      onSuccess: ({ id, name }) => {
        notifyDone(`${name} is entered. Now follow its set-up list.`);
        navigate(`/oauth-clients/${id}`);
      },
    });
  };
  return (
    <Page
      title="Add an OAuth client"
      above={<TextLink href="/oauth-clients">All OAuth clients</TextLink>}
      lead="Register an application at the provider, and enter here what it gave you. After that, a list says what is left to do there, with the redirect URI to paste."
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="lg" maw="46rem">
          {workspaceId === null && (
            <Text size="sm">
              No workspace is chosen: this one is shared, and every workspace uses it. Choose a workspace at
              the top for one of its own.
            </Text>
          )}
          <Panel title="1. What it is">
            <KindFields draft={draft} isShared={workspaceId === null} onChange={setDraft} />
          </Panel>
          <Panel title="2. The registration">
            <RegistrationFields draft={draft} missing={missing} onChange={change} />
          </Panel>
          <Panel title="3. Its credential">
            <CredentialFields
              draft={draft.credential}
              kinds={credentialKindsOf(draft.provider, draft.grantType)}
              isMissing={missing.credential !== undefined}
              onChange={(credential) => change({ credential })}
            />
          </Panel>
          <Panel title="4. Its use">
            <UseFields draft={draft} isShared={workspaceId === null} onChange={change} />
          </Panel>
          {Object.keys(missing).length > 0 && (
            <Text size="sm" role="alert" c="var(--mantine-color-error)">
              Something is missing: {Object.values(missing).join(' ')}
            </Text>
          )}
          {create.error !== null && <ErrorState error={create.error} />}
          <Group>
            <Button type="submit" size="md" loading={create.isPending}>
              Add the OAuth client
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
