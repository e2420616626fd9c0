// What the verbs of `mailgrant webhooks` have in common: where they act, which is a workspace or, with --installation,
// the installation itself, whose endpoints hear of what belongs to no workspace.
import type { Api } from './api.ts';
import { type Input, UsageError, type Verb } from './command.ts';
import type { Context } from './context.ts';
import { ask, type Place } from './place.ts';
import { memberOf } from './report.ts';

export const endpointsPath = '/v1/webhook-endpoints';
export const deliveriesPath = '/v1/webhook-deliveries';

/** The path of one of them. */
export const at = (base: string, id: string | undefined, more = ''): string =>
  `${base}/${encodeURIComponent(id ?? '')}${more}`;

const installation = {
  installation: { help: 'act in the installation itself, whose endpoints hear of its own events' },
};

/** A verb that acts in a workspace, or in the installation when it is asked to. */
export const verb = (
  summary: string,
  work: (api: Api, input: Input) => Promise<number>,
  { options, ...more }: Pick<Verb, 'takes' | 'options' | 'details'> = {},
): Verb => ({
  summary,
  asks: 'workspace',
  ...more,
  options: { ...options, ...installation },
  run: (input, context) => askThere(input, context, ({ api }) => work(api, input)),
});

async function askThere(
  input: Input,
  context: Context,
  work: (place: Place) => Promise<number>,
): Promise<number> {
  if (!input.flag('installation')) return ask(input, context, work);
  if (input.text('workspace') !== null) throw new UsageError('Either --workspace or --installation.');
  return ask({ ...input, asks: 'installation' }, context, async (place) => {
    const whoami = await place.api.call('GET', '/v1/whoami');
    // The key of a workspace would act in it without a word.
    if (memberOf(whoami, 'is_installation_key') !== true) {
      throw new UsageError('--installation needs a key of the installation, and this is one of a workspace.');
    }
    return work(place);
  });
}
