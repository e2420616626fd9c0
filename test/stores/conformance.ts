// The suite over the storage port, run on every engine. The parts are in conformance/.
import { describe } from 'node:test';
import { concurrencyGuarantees } from './conformance/concurrency.ts';
import { connectGuarantees } from './conformance/connect.ts';
import { grantGuarantees } from './conformance/grants.ts';
import { mailboxGuarantees } from './conformance/mailboxes.ts';
import { openingGuarantees } from './conformance/opening.ts';
import { ownerGuarantees } from './conformance/owners.ts';
import { secretGuarantees } from './conformance/secrets.ts';
import { transactionGuarantees } from './conformance/transactions.ts';
import type { CreateDatabase } from './fixtures.ts';

export const storeConformance = (engine: string, createDatabase: CreateDatabase): void => {
  describe(`the store on ${engine}`, () => {
    ownerGuarantees(createDatabase);
    connectGuarantees(createDatabase);
    grantGuarantees(createDatabase);
    mailboxGuarantees(createDatabase);
    concurrencyGuarantees(createDatabase);
    transactionGuarantees(createDatabase);
    secretGuarantees(createDatabase);
    openingGuarantees(createDatabase);
  });
};
