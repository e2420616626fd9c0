// `mailgrant keyring`: another key for what is sealed, step by step: made known, made the first, everything sealed again,
// the old one retired. Changes the keyring file; of a keyring in the environment it says what to set.
import { keyringPlace, loadCommandSettings, loadConfig } from '../config.ts';
import { generateKey } from '../stores/keyring.ts';
import {
  idsInFile,
  idsOf,
  readKeyringFile,
  withKeyFirst,
  withKeyLast,
  withoutKey,
  writeKeyringFile,
} from '../stores/keyring-file.ts';
import { type Api, createApi, itemsOf } from './api.ts';
import { barOf } from './bar.ts';
import { type Command, exitCodes, type Input } from './command.ts';
import type { Context } from './context.ts';
import { say, sayJson } from './output.ts';
import { ask } from './place.ts';
import { memberOf, textOf } from './report.ts';
import { partOf, resealingProgress } from './resealing-progress.ts';

const dryRun = { help: 'change nothing, and say what would be changed' };
const runbook = 'docs/secret-custody.md has the whole way, with what to do in between.';

export const command: Command = {
  verbs: {
    status: {
      summary: 'which keys seal, which processes have them, how far the last pass is',
      asks: 'installation',
      options: { count: { help: 'count the values of each key, which goes through all of them' } },
      run: (input, context) => ask(input, context, ({ api }) => status(api, input)),
    },
    add: {
      summary: 'make a key and put it last, where it opens and does not seal',
      options: { 'dry-run': dryRun },
      details: `Restart every process after it (SIGHUP, where there are several). ${runbook}`,
      run: async (input) => add(input),
    },
    promote: {
      summary: 'put a key first, where it seals, if every running process has it',
      takes: ['KEY'],
      asks: 'installation',
      options: { 'dry-run': dryRun },
      details: `Restart every process after it (SIGHUP, where there are several). ${runbook}`,
      run: (input, context) => ask(input, context, ({ api }) => promote(api, input)),
    },
    reseal: {
      summary: 'seal everything under the first key, and wait until that is done',
      asks: 'installation',
      options: {
        'dry-run': { help: 'only count what would be sealed again; ends with 2 if that is anything' },
        'no-wait': { help: 'let the running gateway go on with it' },
      },
      details: 'May be broken off and begun again. What is written meanwhile is never overwritten.',
      run: reseal,
    },
    retire: {
      summary: 'take a key away that nothing needs any more; refused while something does',
      takes: ['KEY'],
      asks: 'installation',
      options: {
        'end-links': { help: 'do not wait for 30 days until links that it signed are over: they end now' },
      },
      run: (input, context) => ask(input, context, ({ api }) => retire(api, input)),
    },
  },
};

async function status(api: Api, input: Input): Promise<number> {
  const answer = await api.call('GET', '/v1/keyring', { query: { count: input.flag('count') } });
  if (input.flag('json')) {
    sayJson(answer);
    return exitCodes.done;
  }
  const [first, ...others] = textsOf(memberOf(answer, 'key_ids'));
  say(`Seals:      ${first ?? '-'}`);
  say(`Also opens: ${others.join(' ') || '-'}`);
  for (const known of textsOf(memberOf(answer, 'known_key_ids'))) {
    if (known !== first && !others.includes(known)) say(`Missing:    ${known}, which sealed here once`);
  }
  for (const process of listOf(memberOf(answer, 'processes'))) {
    say(`Process ${textOf(process, 'id')}: ${textsOf(memberOf(process, 'key_ids')).join(' ')}`);
  }
  const pass = memberOf(answer, 'resealing');
  if (textOf(pass, 'key_id') !== null) {
    say(passLine(pass));
    const part = partOf(pass);
    if (part !== null && process.stdout.isTTY) say(barOf(part));
  }
  for (const value of listOf(memberOf(answer, 'values'))) {
    say(`Values under ${textOf(value, 'key_id') ?? 'no known key'}: ${String(memberOf(value, 'count'))}`);
  }
  return exitCodes.done;
}

function add(input: Input): number {
  const entry = generateKey();
  const [id = ''] = idsOf(entry);
  const next = `Restart every process, then: mailgrant keyring promote ${id}`;
  const place = keyringPlace();
  if (place.kind === 'environment') {
    if (input.flag('dry-run')) return tell(input, { key_id: null, changed: false }, environmentWords);
    return tell(
      input,
      { key_id: id, changed: false, append: entry },
      `${environmentWords}\nAppend this, behind a comma:\n,${entry}\n${next}`,
    );
  }
  const text = withKeyLast(readKeyringFile(place.path), entry);
  if (input.flag('dry-run')) {
    return tell(input, { changed: false }, `A new key would be appended to ${place.path}.`);
  }
  writeKeyringFile(place.path, text);
  return tell(
    input,
    { key_id: id, changed: true },
    `Key ${id} is the last one of ${place.path} now. Back the file up, and bring it to every machine.\n${next}`,
  );
}

const environmentWords =
  'The keyring is in MAILGRANT_KEYRING, which only you can change, wherever it is set for the processes.';

async function promote(api: Api, input: Input): Promise<number> {
  const [id = ''] = input.args;
  const answer = await api.call('GET', '/v1/keyring');
  if (!textsOf(memberOf(answer, 'key_ids')).includes(id)) {
    throw new Error(
      `The gateway does not have the key ${id}: restart it with the keyring in which it is the last one.`,
    );
  }
  const lacking = listOf(memberOf(answer, 'processes')).filter(
    (process) => !textsOf(memberOf(process, 'key_ids')).includes(id),
  );
  if (lacking.length > 0) {
    const names = lacking.map((process) => textOf(process, 'id')).join(', ');
    throw new Error(
      `${lacking.length} running processes lack the key ${id}, and could not open what it seals: ${names}. Restart them first; one that was killed counts for a minute and a half.`,
    );
  }
  const next = 'Restart every process, then: mailgrant keyring reseal';
  const place = keyringPlace();
  if (place.kind === 'environment') {
    return tell(input, { changed: false }, `${environmentWords}\nPut the key ${id} first in it.\n${next}`);
  }
  const text = withKeyFirst(readKeyringFile(place.path), id);
  const order = idsOf(text).join(' ');
  if (input.flag('dry-run')) return tell(input, { changed: false }, `The order would be: ${order}`);
  writeKeyringFile(place.path, text);
  return tell(
    input,
    { changed: true, key_ids: idsOf(text) },
    `The order in ${place.path} is now: ${order}\n${next}`,
  );
}

async function reseal(input: Input, context: Context): Promise<number> {
  if (input.flag('dry-run')) {
    return ask(input, context, async ({ api }) => {
      requireRestarted(await api.call('GET', '/v1/keyring'));
      const left = countLeft(await api.call('GET', '/v1/keyring', { query: { count: true } }));
      tell(input, { values: left }, `${left} values would be sealed again.`);
      return left > 0 ? exitCodes.answerIsNo : exitCodes.done;
    });
  }
  const isElsewhere = (input.text('url') ?? loadCommandSettings().url) !== null;
  if (isElsewhere) {
    return ask(input, context, async ({ api }) => {
      requireRestarted(await api.call('GET', '/v1/keyring'));
      const begun = await api.call('POST', '/v1/keyring/reseal');
      if (input.flag('no-wait')) return tell(input, begun, 'The gateway goes on with it.');
      return finished(api, input, pause);
    });
  }
  const gateway = await context.openHere(loadConfig());
  const stopping = new AbortController();
  try {
    const api = createApi(gateway.send, gateway.operatorKey.reveal(), null);
    await api.call('POST', '/v1/keyring/reseal');
    // Where gateways run on the same database, one of them may have taken it.
    return await finished(api, input, async () => {
      if ((await gateway.core.resealing.workDue(stopping.signal)) === 0) await pause();
    });
  } finally {
    stopping.abort();
    await gateway.close();
  }
}

/**
 * Throws when the keyring file of this configuration is that of the gateway, by the ids, and has another first key than
 * the gateway seals with. The gateway looks by itself too, but may have the keyring from elsewhere.
 */
function requireRestarted(status: unknown): void {
  const place = keyringPlace();
  const [written] = (place.kind === 'file' ? idsInFile(place.path) : null) ?? [];
  const [sealing, ...others] = textsOf(memberOf(status, 'key_ids'));
  if (written === undefined || written === sealing || !others.includes(written)) return;
  throw new Error(
    `The first key of the keyring file is ${written}, and the gateway seals with ${sealing} still: restart every process, then seal again.`,
  );
}

/** Looks every second how far the pass is, while `work` goes on with it or somebody else does. */
async function finished(api: Api, input: Input, work: () => Promise<void>): Promise<number> {
  const progress = resealingProgress({
    json: input.flag('json'),
    isTerminal: process.stderr.isTTY,
    write: (text) => void process.stderr.write(text),
  });
  let working: Promise<void> | null = null;
  try {
    for (;;) {
      const pass = memberOf(await api.call('GET', '/v1/keyring'), 'resealing');
      progress.show(pass, performance.now());
      if (textOf(pass, 'finished_at') !== null) {
        progress.end();
        tell(input, pass, passLine(pass));
        return Number(memberOf(pass, 'unreadable')) > 0 ? exitCodes.inPart : exitCodes.done;
      }
      working ??= work().finally(() => {
        working = null;
      });
      await Promise.race([working, pause()]);
    }
  } finally {
    progress.end();
  }
}

const pauseMilliseconds = 1000;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));

async function retire(api: Api, input: Input): Promise<number> {
  const [id = ''] = input.args;
  const place = keyringPlace();
  // Before anything is retired: a key that is not in this file, or is its first, is a mistake.
  const text = place.kind === 'file' ? withoutKey(readKeyringFile(place.path), id) : '';
  await api.call('POST', '/v1/keyring/retire', { body: { key_id: id, end_links: input.flag('end-links') } });
  if (place.kind === 'environment') {
    return tell(
      input,
      { retired: id, changed: false },
      `Nothing needs the key ${id}.\n${environmentWords}\nTake it out of it, and restart every process.`,
    );
  }
  writeKeyringFile(place.path, text);
  return tell(
    input,
    { retired: id, changed: true },
    `The key ${id} is gone from ${place.path}. Restart every process. Backups of the database from before need it still.`,
  );
}

const passLine = (pass: unknown): string => {
  const end = textOf(pass, 'finished_at');
  const count = (name: string): string => String(memberOf(pass, name));
  const part = partOf(pass);
  const percent = part === null ? 'counts what is sealed' : `is at ${Math.floor(part * 100)} %`;
  const state = end === null ? percent : `was over at ${end}`;
  const of = memberOf(pass, 'total') === null ? '' : ` of ${count('total')}`;
  return `The pass under ${textOf(pass, 'key_id')} ${state}: ${count('checked')}${of} values looked at, ${count('resealed')} sealed again, ${count('unreadable')} that no key opens`;
};

const countLeft = (answer: unknown): number => {
  const [first] = textsOf(memberOf(answer, 'key_ids'));
  return listOf(memberOf(answer, 'values'))
    .filter((value) => textOf(value, 'key_id') !== first)
    .reduce<number>((sum, value) => sum + Number(memberOf(value, 'count')), 0);
};

function tell(input: Input, document: unknown, words: string): number {
  if (input.flag('json')) sayJson(document);
  else say(words);
  return exitCodes.done;
}

const listOf = (items: unknown): readonly unknown[] => itemsOf({ items });
const textsOf = (value: unknown): string[] => listOf(value).filter((item) => typeof item === 'string');
