// `mailgrant webhooks listen`: for whoever writes a program that no gateway can reach. Follows the events of a
// workspace and posts them to a local address, with the bodies that the gateway would send and signed in the same way.
// Each is sent once: nothing is kept, retried or written down as a delivery.
import type { Ports } from '../core/index.ts';
import { type Secret, secret } from '../core/secret.ts';
import { standard } from '../core/webhooks/formats/standard.ts';
import { newKeys } from '../core/webhooks/keys.ts';
import { createEgress, type Egress } from '../egress.ts';
import { systemRandom } from '../system.ts';
import type { Api } from './api.ts';
import { type Input, UsageError, type Verb } from './command.ts';
import { follow, untilSignal } from './follow.ts';
import { note, written } from './output.ts';
import { ask, isLoopback } from './place.ts';
import { textOf } from './report.ts';
import { readText } from './terminal.ts';

type Random = Ports['random'];

/** As long as the gateway waits for an endpoint, without a setting. */
const attemptMilliseconds = 20_000;
/** Of what the program answers; nothing of it is shown. */
const answerBytesMax = 1024 * 1024;

export const listen: Verb = {
  summary: 'send the events of a workspace to a program on this machine, until Ctrl-C',
  asks: 'workspace',
  options: {
    'forward-to': { value: 'URL', help: 'where they are posted, such as http://localhost:3000/hooks' },
    event: { value: 'TYPE', isRepeatable: true, help: 'only events of this type; all without it' },
    'secret-file': {
      value: 'FILE',
      help: 'sign with the secret (whsec_...) in there, - for standard input; a new one is shown without it',
    },
    anywhere: { help: 'let --forward-to be another machine' },
  },
  details:
    'Sends what happens from now on, with the headers and bodies of Standard Webhooks that an endpoint would be sent. Each is tried once. The gateway needs no way to this machine; the API key needs events:read and webhooks:create, because bodies hold reconnect links.',
  run: (input, context) => {
    const url = forwardTo(input);
    const key = keyOf(input, systemRandom);
    return ask(input, context, ({ api }) => forward(api, input, { url, key }));
  },
};

function forwardTo(input: Input): string {
  const text = input.text('forward-to');
  const url = text === null ? null : URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new UsageError('--forward-to must be an address such as http://localhost:3000/hooks');
  }
  if (!isLoopback(url.hostname) && !input.flag('anywhere')) {
    throw new UsageError(
      '--forward-to leads to another machine, and bodies hold reconnect links: say --anywhere if that is meant.',
    );
  }
  return url.href;
}

/** Throws `UsageError` for a text that signs nothing, without the text. */
function keyOf(input: Input, random: Random): Secret<string> {
  const path = input.text('secret-file');
  if (path === null) {
    const { secret: made } = newKeys(random, 'hmac');
    note(`The secret of these webhooks: ${made.reveal()}`);
    return made;
  }
  const given = secret(readText(path, 'secret-file').trim());
  try {
    standard.headers({ id: '', at: 0, body: '', secrets: [given] });
  } catch (cause) {
    throw new UsageError('--secret-file: this is no secret of an endpoint, which begins with whsec_', {
      cause,
    });
  }
  return given;
}

async function forward(
  api: Api,
  input: Input,
  { url, key }: { url: string; key: Secret<string> },
): Promise<number> {
  const wanted = input.texts('event');
  const egress = createEgress({
    totalTimeout: attemptMilliseconds,
    headersTimeout: attemptMilliseconds,
    bytesMax: answerBytesMax,
  });
  try {
    return await untilSignal(async (stopping) => {
      const query = { with_webhook_body: true };
      const events = follow({ api, path: '/v1/events', query, first: 0, stopping });
      note(`Events are sent to ${url} as they come. Ctrl-C ends it.`);
      for await (const event of events) {
        if (wanted.length > 0 && !wanted.includes(textOf(event, 'type') ?? '')) continue;
        const outcome = await send(egress, event, { url, key, stopping });
        await written(`${input.flag('json') ? JSON.stringify(outcome) : lineOf(outcome)}\n`);
      }
    });
  } finally {
    await egress.close();
  }
}

type Outcome = {
  webhook_id: string;
  type: string;
  started_at: string;
  duration_ms: number;
  response_status: number | null;
  /** Why there is no status, in words; else null. */
  failure: string | null;
};

async function send(
  egress: Egress,
  event: unknown,
  { url, key, stopping }: { url: string; key: Secret<string>; stopping: AbortSignal },
): Promise<Outcome> {
  const id = textOf(event, 'id') ?? '';
  const body = textOf(event, 'webhook_body');
  if (body === null)
    throw new Error('The gateway is of an older release, which does not tell bodies of webhooks.');
  const at = Date.now();
  const outcome = {
    webhook_id: id,
    type: textOf(event, 'type') ?? '',
    started_at: new Date(at).toISOString(),
  };
  const headers = standard.headers({ id, at, body, secrets: [key] });
  const passed = (): number => Date.now() - at;
  try {
    const { status } = await egress.fetch(url, { method: 'POST', headers, body, signal: stopping });
    return { ...outcome, duration_ms: passed(), response_status: status, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { ...outcome, duration_ms: passed(), response_status: null, failure };
  }
}

const lineOf = ({ started_at, type, webhook_id, response_status, failure, duration_ms }: Outcome): string =>
  `${started_at}  ${type}  ${webhook_id}  ${response_status ?? failure} in ${duration_ms} ms`;
