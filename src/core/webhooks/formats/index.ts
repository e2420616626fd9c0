// The formats by name. A further one is a file here, a member of `WebhookFormat`, and a line in this table.
import type { WebhookFormat } from '../endpoint.ts';
import { emailengine } from './emailengine.ts';
import type { Format } from './format.ts';
import { smartlead } from './smartlead.ts';
import { standard } from './standard.ts';

export type { Format, MailboxNames, Signing, ToldEvent } from './format.ts';

export const formats = { standard, emailengine, smartlead } as const satisfies Record<WebhookFormat, Format>;
