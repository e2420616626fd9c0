// Signing in: by an API key, or through the organisation's own sign-in when the installation has one. The key goes to
// the gateway once and is kept nowhere here.
import { Alert, Button, Divider, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { isProblem } from '../../api/problem.ts';
import { useSignIn, useSignInOptions } from '../../api/session.ts';
import { Wordmark } from '../../components/wordmark.tsx';
import { wordsOf } from '../../components/words-of-error.ts';
import { keepReturnPlace } from './return-place.ts';
import classes from './sign-in-page.module.css';

/** `isOver`: somebody was signed in, and did not sign out here. */
export function SignInPage({ isOver }: { isOver: boolean }) {
  const options = useSignInOptions();
  const signIn = useSignIn();
  const [apiKey, setApiKey] = useState('');
  const [isMissing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Mailgrant';
    field.current?.focus();
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const typed = apiKey.trim();
    setMissing(typed === '');
    if (typed === '') field.current?.focus();
    else signIn.mutate(typed, { onError: () => field.current?.select() });
  };
  const oidc = options.data?.oidc;
  return (
    <main className={classes.place}>
      <div className={classes.card}>
        <Wordmark />
        <Title order={1} size="h3" mt="lg" mb={4}>
          Sign in to the console
        </Title>
        <Text size="sm" c="dimmed" mb="lg">
          With an API key of a workspace, or of the whole installation. What the key may do is what the
          console shows.
        </Text>
        {isOver && signIn.error === null && (
          <Alert role="status" variant="default" mb="lg" title="Your session is over">
            <Text size="sm">
              It ended by itself, by a sign-out in another window, or with its API key. Sign in to go on where
              you were. What was not saved has to be entered again.
            </Text>
          </Alert>
        )}
        {oidc && (
          <>
            <Button component="a" href={oidc.url} fullWidth size="md" onClick={keepReturnPlace}>
              {oidc.label}
            </Button>
            <Divider my="lg" label="or with an API key" />
          </>
        )}
        <form onSubmit={submit} noValidate>
          <Stack>
            {signIn.error !== null && <Refusal error={signIn.error} />}
            <PasswordInput
              ref={field}
              label="API key"
              description="Begins with mg_"
              size="md"
              name="api_key"
              autoComplete="current-password"
              spellCheck={false}
              value={apiKey}
              onChange={(event) => setApiKey(event.currentTarget.value)}
              error={isMissing ? 'Enter an API key.' : undefined}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the key', tabIndex: 0 }}
            />
            <Button type="submit" size="md" variant={oidc ? 'default' : 'filled'} loading={signIn.isPending}>
              Sign in
            </Button>
          </Stack>
        </form>
      </div>
    </main>
  );
}

function Refusal({ error }: { error: Error }) {
  const { title, detail, remedy } = refusalOf(error);
  return (
    <Alert
      role="alert"
      variant="default"
      title={title}
      icon={<IconAlertTriangle aria-hidden="true" color="var(--mg-bad-solid)" />}
      styles={{ root: { borderColor: 'var(--mg-bad-solid)' }, title: { color: 'var(--mg-bad-fg)' } }}
    >
      <Text size="sm">
        {detail} {remedy}
      </Text>
    </Alert>
  );
}

function refusalOf(error: Error): { title: string; detail: string; remedy: string | null } {
  if (!isProblem(error) || error.status !== 401) return wordsOf(error);
  return {
    title: 'This key is not accepted',
    detail: 'It is mistyped, revoked or expired.',
    remedy: 'Check that the whole key was pasted, or ask whoever made it for a new one.',
  };
}
