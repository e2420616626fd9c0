// `mailgrant oauth`: an authorization code flow by hand, one step at a time, against Google, Microsoft or any other
// authorization server. Shows what each step sent and got. Needs no installation and stores nothing there.
import { createHash, randomBytes } from 'node:crypto';
import { openBrowser } from './browser.ts';
import { type Command, exitCodes, type Input, type Option, UsageError } from './command.ts';
import { readHandedFile, writeHandedFile } from './handed-file.ts';
import { receiveCallback } from './loopback-callback.ts';
import { note, say, sayJson } from './output.ts';
import { isLoopback } from './place.ts';
import { endpointsFor, type HandEndpoints } from './provider-endpoints.ts';
import { textOf } from './report.ts';
import { readText } from './terminal.ts';
import { clientOptions, sendTokenRequest } from './token-step.ts';

const serverOptions: Record<string, Option> = {
  provider: { value: 'NAME', choices: ['google', 'microsoft'], help: 'whose authorization server' },
  tenant: {
    value: 'TENANT',
    help: 'Microsoft: common, organizations, consumers, an id or a domain; common without it',
  },
  cloud: { value: 'NAME', help: 'a national cloud: us-gov-l4, us-gov-dod, china' },
  endpoints: { value: 'FILE', help: 'an endpoint file over the built-in table (docs/endpoints.md)' },
  'token-endpoint': { value: 'URL', help: 'in place of --provider: any authorization server' },
};

/** Where the steps go. For `url`, the authorization endpoint must be known too. */
function serverOf(input: Input, authorizationEndpoint: string | null): HandEndpoints {
  const provider = input.text('provider');
  const token = input.text('token-endpoint');
  requireAddress('authorization-endpoint', authorizationEndpoint);
  requireAddress('token-endpoint', token);
  if (provider !== null) {
    const tenant = input.text('tenant') ?? 'common';
    const known = endpointsFor({
      provider,
      cloud: input.text('cloud'),
      tenant,
      endpointsFile: input.text('endpoints'),
    });
    return {
      ...known,
      token: token ?? known.token,
      authorization: authorizationEndpoint ?? known.authorization,
    };
  }
  if (token === null && authorizationEndpoint === null) {
    throw new UsageError('Say with --provider whose authorization server it is, or name its endpoints.');
  }
  return {
    authorization: authorizationEndpoint ?? '',
    token: token ?? '',
    deviceAuthorization: '',
    usualScope: '',
    graphResource: '',
    outlookResource: '',
  };
}

/** RFC 6749 sections 3.1 and 3.2: by TLS, because codes and secrets go there. A server of this machine needs none. */
function requireAddress(option: string, text: string | null): void {
  if (text === null) return;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return;
  throw new UsageError(`--${option} must be an https address; http is taken on the loopback interface only.`);
}

async function makeUrl(input: Input): Promise<number> {
  const server = serverOf(input, input.text('authorization-endpoint'));
  if (server.authorization === '') throw new UsageError('--authorization-endpoint is needed, or --provider.');
  const clientId = required(input, 'client-id');
  const redirectUri = required(input, 'redirect-uri');
  if (!URL.canParse(redirectUri))
    throw new UsageError('--redirect-uri must be the URL that is registered at the provider.');
  const scope = input.texts('scope').join(' ') || server.usualScope;
  const verifier = input.flag('no-pkce') ? null : randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const url = new URL(server.authorization);
  const loginHint = input.text('login-hint');
  const parameters: Record<string, string> = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    ...(scope === '' ? {} : { scope }),
    state,
    ...(verifier === null ? {} : { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' }),
    // Without both, Google gives a refresh token only the first time.
    ...(input.text('provider') === 'google' ? { access_type: 'offline', prompt: 'consent' } : {}),
    ...(loginHint === null ? {} : { login_hint: loginHint }),
    ...furtherParameters(input.texts('param')),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const request = {
    token_endpoint: server.token,
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state,
    code_verifier: verifier,
  };
  const save = input.text('save');
  if (save !== null) writeHandedFile(save, 'save', request);
  if (input.flag('json')) sayJson({ url: url.href, ...request });
  else {
    say(url.href);
    note(`state          ${state}`);
    if (verifier !== null) note(`code_verifier  ${verifier}`);
    if (save !== null) note(`Kept in ${save} for: mailgrant oauth exchange --request ${save} --callback URL`);
  }
  if (!input.flag('listen')) return exitCodes.done;
  if (input.flag('browser')) openBrowser(url.href);
  note(`Waiting at ${redirectUri} ...`);
  const callback = await receiveCallback(redirectUri);
  note(
    `The browser came back: ${new URL(callback).searchParams.has('code') ? 'with a code' : 'with an error'}.`,
  );
  if (save !== null) writeHandedFile(save, 'save', { ...request, callback });
  else say(callback);
  return exitCodes.done;
}

async function exchange(input: Input): Promise<number> {
  const file = input.text('request');
  const kept = file === null ? {} : readHandedFile(file, 'request');
  const given = input.text('callback');
  // A code is as good as the tokens to whoever is quicker: it need not stand on the command line.
  const callback = given === '-' ? readText('-', 'callback').trim() : (given ?? textOf(kept, 'callback'));
  const code = callback === null ? required(input, 'code') : codeOf(callback, textOf(kept, 'state'));
  const redirectUri = input.text('redirect-uri') ?? textOf(kept, 'redirect_uri');
  if (redirectUri === null)
    throw new UsageError('--redirect-uri must be the one that the URL had: the provider compares them.');
  const verifierFile = input.text('code-verifier');
  const verifier = verifierFile ?? textOf(kept, 'code_verifier');
  return sendTokenRequest(input, {
    endpoint: endpointOf(input, kept),
    clientId: input.text('client-id') ?? textOf(kept, 'client_id'),
    form: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      ...(verifier === null ? {} : { code_verifier: verifier }),
    },
  });
}

async function refresh(input: Input): Promise<number> {
  const path = required(input, 'refresh-token-file');
  const kept = readHandedFile(path, 'refresh-token-file');
  const refreshToken = textOf(kept, 'refresh_token');
  if (refreshToken === null) throw new UsageError(`--refresh-token-file: ${path} holds no refresh token`);
  const scope = input.texts('scope').join(' ');
  return sendTokenRequest(input, {
    endpoint: endpointOf(input, kept),
    clientId: input.text('client-id') ?? textOf(kept, 'client_id'),
    form: { grant_type: 'refresh_token', refresh_token: refreshToken, ...(scope === '' ? {} : { scope }) },
  });
}

const endpointOf = (input: Input, kept: unknown): string => {
  const named = input.text('token-endpoint') !== null || input.text('provider') !== null;
  const endpoint = named ? serverOf(input, null).token : textOf(kept, 'token_endpoint');
  if (endpoint) return endpoint;
  throw new UsageError('Say with --provider or --token-endpoint where the request goes.');
};

/** RFC 6749 section 4.1.2: the code, after the state was compared (section 10.12). Throws what the provider refused. */
function codeOf(callback: string, state: string | null): string {
  const url = URL.canParse(callback) ? new URL(callback) : null;
  if (url === null)
    throw new UsageError('--callback must be the whole address that the browser was sent to.');
  const parameters = url.searchParams;
  const error = parameters.get('error');
  if (error !== null) {
    throw new Error(
      `The provider refused: ${[error, parameters.get('error_description')].filter(Boolean).join(': ')}`,
    );
  }
  if (state !== null && parameters.get('state') !== state) {
    throw new Error(
      'The state of the callback is not that of the request: this answer belongs to another one.',
    );
  }
  const code = parameters.get('code');
  if (code === null) throw new UsageError('--callback has no code.');
  return code;
}

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

function required(input: Input, name: string): string {
  const value = input.text(name);
  if (value === null) throw new UsageError(`--${name} is needed.`);
  return value;
}

function furtherParameters(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError('--param takes NAME=VALUE.');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

const scopeOption: Option = {
  value: 'SCOPE',
  isRepeatable: true,
  help: 'what is asked for; without it, IMAP and SMTP',
};

export const command: Command = {
  verbs: {
    url: {
      summary: 'step 1: the authorization URL, with state and PKCE',
      options: {
        ...serverOptions,
        'authorization-endpoint': { value: 'URL', help: 'in place of --provider: any authorization server' },
        'client-id': { value: 'ID', help: 'the registration' },
        'redirect-uri': { value: 'URL', help: 'as it is registered' },
        scope: scopeOption,
        'login-hint': { value: 'ADDRESS', help: 'whose mailbox it should be' },
        param: {
          value: 'NAME=VALUE',
          isRepeatable: true,
          help: 'a further parameter, or another value of one',
        },
        'no-pkce': { help: 'without PKCE, for servers that cannot do it' },
        save: { value: 'FILE', help: 'keep state and verifier there, mode 0600, for the next step' },
        listen: { help: 'wait for the browser, when the redirect URI is http on this machine' },
        browser: { help: 'with --listen: open the browser' },
      },
      run: makeUrl,
    },
    exchange: {
      summary: 'step 2: the code for tokens',
      options: {
        ...serverOptions,
        ...clientOptions,
        request: { value: 'FILE', help: 'what `oauth url --save` wrote' },
        callback: {
          value: 'URL',
          help: 'the whole address that the browser was sent to; - is standard input',
        },
        code: { value: 'CODE', help: 'in place of --callback: the code alone' },
        'code-verifier': { value: 'TEXT', help: 'as `oauth url` printed it' },
        'redirect-uri': { value: 'URL', help: 'as in the URL' },
      },
      run: exchange,
    },
    refresh: {
      summary: 'step 3: a refresh token for a new access token',
      options: {
        ...serverOptions,
        ...clientOptions,
        'refresh-token-file': {
          value: 'FILE',
          help: 'holds it, as text or as JSON with refresh_token; - is standard input',
        },
        scope: { ...scopeOption, help: 'a part of what was granted, or (Microsoft) for another resource' },
      },
      run: refresh,
    },
  },
};
