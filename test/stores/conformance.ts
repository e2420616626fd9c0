// The suite over the storage port, run on every engine. The parts are in conformance/.
import { describe } from 'node:test';
import { changeFeedGuarantees } from './change-feed.ts';
import { backgroundJobGuarantees } from './conformance/background-jobs.ts';
import { clientCredentialGuarantees } from './conformance/client-credentials.ts';
import { concurrencyGuarantees } from './conformance/concurrency.ts';
import { connectGuarantees } from './conformance/connect.ts';
import { connectSetbackGuarantees } from './conformance/connect-setbacks.ts';
import { counterGuarantees } from './conformance/counters.ts';
import { grantGuarantees } from './conformance/grants.ts';
import { mailboxListGuarantees } from './conformance/mailbox-lists.ts';
import { mailboxGuarantees } from './conformance/mailboxes.ts';
import { migrationGuarantees } from './conformance/migrations.ts';
import { openingGuarantees } from './conformance/opening.ts';
import { ownerGuarantees } from './conformance/owners.ts';
import { refreshGuarantees } from './conformance/refreshes.ts';
import { secretGuarantees } from './conformance/secrets.ts';
import { tagGuarantees } from './conformance/tags.ts';
import { tokenUseGuarantees } from './conformance/token-uses.ts';
import { transactionGuarantees } from './conformance/transactions.ts';
import { workspaceRemovalGuarantees } from './conformance/workspace-removal.ts';
import { workspaceGuarantees } from './conformance/workspaces.ts';
import type { CreateDatabase } from './fixtures.ts';

export const storeConformance = (engine: string, createDatabase: CreateDatabase): void => {
  describe(`the store on ${engine}`, () => {
    workspaceGuarantees(createDatabase);
    workspaceRemovalGuarantees(createDatabase);
    ownerGuarantees(createDatabase);
    clientCredentialGuarantees(createDatabase);
    connectGuarantees(createDatabase);
    connectSetbackGuarantees(createDatabase);
    grantGuarantees(createDatabase);
    refreshGuarantees(createDatabase);
    mailboxGuarantees(createDatabase);
    mailboxListGuarantees(createDatabase);
    tagGuarantees(createDatabase);
    backgroundJobGuarantees(createDatabase);
    counterGuarantees(createDatabase);
    tokenUseGuarantees(createDatabase);
    concurrencyGuarantees(createDatabase);
    transactionGuarantees(createDatabase);
    changeFeedGuarantees(createDatabase);
    secretGuarantees(createDatabase);
    openingGuarantees(createDatabase);
    migrationGuarantees(createDatabase);
  });
};
