// One token request by hand (RFC 6749 section 4.1.3, 6): the client authenticated as its registration wants it, sent,
// and shown with its answer.
import { exitCodes, type Input, type Option, UsageError } from './command.ts';
import { formRequest } from './form-request.ts';
import { writeHandedFile } from './handed-file.ts';
import { masked } from './masked.ts';
import { note, say, sayJson } from './output.ts';
import { textOf } from './report.ts';
import { readSecret } from './terminal.ts';

export const clientOptions: Record<string, Option> = {
  'client-id': { value: 'ID', help: 'the registration' },
  'client-secret-file': {
    value: 'FILE',
    help: 'holds its secret; - is standard input; asked for without it',
  },
  public: { help: 'the registration has no secret' },
  basic: { help: 'send the secret by HTTP Basic in place of the form' },
  'save-tokens': { value: 'FILE', help: 'write the answer there, mode 0600' },
  'show-secrets': { help: 'print codes, tokens and secrets in clear' },
};

type TokenStep = { endpoint: string; clientId: string | null; form: Record<string, string> };

/** Code 1 when the server refuses. */
export async function sendTokenRequest(
  input: Input,
  { endpoint, clientId, form }: TokenStep,
): Promise<number> {
  if (clientId === null) throw new UsageError('--client-id is needed.');
  const { fields, headers } = await authentication(input, clientId);
  const sent = { ...form, ...fields };
  const { status, text, body } = await formRequest(endpoint, sent, headers);
  const show = input.flag('show-secrets');
  const request = {
    method: 'POST',
    url: endpoint,
    headers: masked(headers, show),
    form: masked(sent, show),
  };
  const answer = masked(body ?? text.slice(0, 2000), show);
  if (input.flag('json')) sayJson({ request, response: { status, body: answer } });
  else {
    say(`> POST ${endpoint}`);
    for (const [name, value] of Object.entries(Object(request.headers))) say(`>   ${name}: ${value}`);
    for (const [name, value] of Object.entries(Object(request.form))) say(`>   ${name}=${value}`);
    say(`< ${status}`);
    for (const line of JSON.stringify(answer, null, 2).split('\n')) say(`< ${line}`);
  }
  const isGiven = status === 200 && textOf(body, 'access_token') !== null;
  const file = input.text('save-tokens');
  if (isGiven && file !== null) {
    // An answer without a new refresh token leaves the old one good (section 6).
    const before = form.refresh_token === undefined ? {} : { refresh_token: form.refresh_token };
    const given = typeof body === 'object' && body !== null ? body : {};
    writeHandedFile(file, 'save-tokens', {
      token_endpoint: endpoint,
      client_id: clientId,
      ...before,
      ...given,
    });
    note(`Written to ${file}.`);
  } else if (isGiven && !show)
    note('Secrets are masked: --save-tokens FILE keeps them, --show-secrets prints them.');
  return isGiven ? exitCodes.done : exitCodes.failed;
}

/** RFC 6749 section 2.3.1. */
async function authentication(input: Input, clientId: string) {
  if (input.flag('public')) return { fields: { client_id: clientId }, headers: {} };
  const option = 'client-secret-file';
  const held = await readSecret(input.text(option), { option, question: 'The client secret (or --public)' });
  if (!input.flag('basic'))
    return { fields: { client_id: clientId, client_secret: held.reveal() }, headers: {} };
  const encoded = [clientId, held.reveal()].map((text) =>
    new URLSearchParams({ x: text }).toString().slice(2),
  );
  const authorization = `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
  return { fields: {}, headers: { authorization } };
}
