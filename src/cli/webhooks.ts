// `mailgrant webhooks`: endpoints that hear of events, and what was delivered to them.
import type { Command } from './command.ts';
import { deliveryVerbs } from './webhook-deliveries.ts';
import { endpointVerbs } from './webhook-endpoints.ts';
import { listen } from './webhook-listen.ts';

export const command: Command = { verbs: { ...endpointVerbs, ...deliveryVerbs, listen } };
