// The fields of a credential: its kind, its text (typed, pasted or read from a file), or the name under which the
// operator holds it, and its end.
import {
  Button,
  FileButton,
  Group,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import type { CredentialKind, EnteredCredential } from '../../api/oauth-client.ts';
import { useSession } from '../../app/session-context.tsx';
import { EndDate, endOfDay } from '../../components/end-date.tsx';
import { notifyProblem } from '../../components/notify.ts';
import { credentialLabels } from './client-words.ts';

export type CredentialDraft = {
  kind: CredentialKind;
  held: 'here' | 'reference';
  text: string;
  reference: string;
  /** A day, or empty. */
  end: string;
};

export const emptyCredential = (kind: CredentialKind): CredentialDraft => ({
  kind,
  held: 'here',
  text: '',
  reference: '',
  end: '',
});

/** Null when something is missing. */
export function enteredOf({ kind, held, text, reference, end }: CredentialDraft): EnteredCredential | null {
  const held_ = held === 'here' ? { value: text.trim() } : { reference: reference.trim() };
  if (Object.values(held_).includes('')) return null;
  return { kind, ...held_, ...(kind === 'secret' ? { expires_at: endOfDay(end) } : {}) };
}

type Props = {
  draft: CredentialDraft;
  kinds: readonly CredentialKind[];
  onChange: (draft: CredentialDraft) => void;
  isMissing: boolean;
};

const hints = {
  secret: 'The value that the provider showed when the secret was made, not its id.',
  certificate: 'PEM: the private key (PKCS #8) and its certificate, one below the other.',
  service_account_key: 'The JSON key file of the service account, as it was downloaded.',
} as const satisfies Record<CredentialKind, string>;

/** More than any key file has. */
const fileBytesMax = 64 * 1024;

export function CredentialFields({ draft, kinds, onChange, isMissing }: Props) {
  const { is_installation: isInstallation } = useSession();
  const change = (changes: Partial<CredentialDraft>): void => onChange({ ...draft, ...changes });
  const read = async (file: File | null): Promise<void> => {
    if (file === null) return;
    if (file.size > fileBytesMax) notifyProblem(new Error('This file is too large for a key.'));
    else change({ text: await file.text() });
  };
  const error = isMissing ? 'Enter it.' : undefined;
  return (
    <Stack gap="sm">
      {kinds.length > 1 && (
        <SegmentedControl
          aria-label="Kind of credential"
          data={kinds.map((value) => ({ value, label: credentialLabels[value] }))}
          value={draft.kind}
          onChange={(kind) => onChange({ ...emptyCredential(kind), held: draft.held })}
        />
      )}
      {isInstallation && (
        <SegmentedControl
          aria-label="Where it is held"
          data={[
            { value: 'here', label: 'Sealed here' },
            { value: 'reference', label: 'Held by the operator' },
          ]}
          value={draft.held}
          onChange={(held) => change({ held })}
        />
      )}
      {draft.held === 'reference' ? (
        <TextInput
          label="Name"
          description="What it is called outside of the database, as in MAILGRANT_CLIENT_SECRET_<NAME>."
          value={draft.reference}
          error={error}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => change({ reference: event.currentTarget.value })}
        />
      ) : draft.kind === 'secret' ? (
        <PasswordInput
          label={credentialLabels.secret}
          description={hints.secret}
          value={draft.text}
          error={error}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide what is typed', tabIndex: 0 }}
          onChange={(event) => change({ text: event.currentTarget.value })}
        />
      ) : (
        <>
          <Textarea
            label={credentialLabels[draft.kind]}
            description={hints[draft.kind]}
            value={draft.text}
            error={error}
            rows={6}
            autoComplete="off"
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
            onChange={(event) => change({ text: event.currentTarget.value })}
          />
          <Group>
            <FileButton onChange={(file) => void read(file)} accept=".json,.pem,.key,.crt,.txt">
              {(props) => (
                <Button
                  {...props}
                  size="xs"
                  variant="default"
                  leftSection={<IconFileUpload size={15} aria-hidden="true" />}
                >
                  Read it from a file
                </Button>
              )}
            </FileButton>
          </Group>
        </>
      )}
      {draft.kind === 'secret' ? (
        <EndDate
          label="Ends on"
          description="As the provider shows it. Then you are warned in time."
          value={draft.end}
          onChange={(end) => change({ end })}
        />
      ) : (
        draft.kind === 'certificate' && (
          <Text size="xs" c="dimmed">
            When it ends is read from the certificate.
          </Text>
        )
      )}
      <Text size="xs" c="dimmed">
        It is sealed when it is stored, and shown by nothing again.
      </Text>
    </Stack>
  );
}
