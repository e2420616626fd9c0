// What came of a way to the provider, as a page: over, or a setback from which somebody may go on.
import type { Core } from '../../core/index.ts';
import type { Page } from '../page.ts';
import { noWays, type Ways } from './forms.ts';
import { type Arrived, outcomePage } from './result-pages.ts';
import { backUrlOf } from './return-url.ts';
import { setbackPage } from './setback-pages.ts';

export async function arrivedPage(core: Core, arrived: Arrived, ways: Ways): Promise<Page> {
  const { session, result, workspace } = arrived;
  const backUrl = backUrlOf(arrived);
  switch (result.status) {
    case 'connected':
    case 'failed':
    case 'cancelled':
      return outcomePage(result, arrived, { ways: { ...noWays, help: ways.help }, backUrl });
    default:
      return setbackPage(result, {
        session,
        workspace,
        ways: core.adminConsents.isPossible(session) ? ways : { ...ways, administrator: null },
        administratorUrl: await core.adminConsents.urlFor(session),
        backUrl,
      });
  }
}
