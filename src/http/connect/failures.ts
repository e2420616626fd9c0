// What went wrong, for people; pages and redirects only, never a problem document.
import type { GatewayError } from '../../core/index.ts';
import type { Page } from '../page.ts';
import {
  foreignPostPage,
  linkOverPage,
  pausedPage,
  tooOftenPage,
  troublePage,
  unknownLinkPage,
} from './notices.ts';

export function pageOf(error: GatewayError, requestId: string): Page {
  switch (error.code) {
    case 'connect_session_over':
      return linkOverPage();
    case 'oauth_client_paused':
    case 'oauth_client_missing':
      return pausedPage();
    case 'permission_denied':
      return foreignPostPage();
    case 'rate_limited':
      return tooOftenPage(error.extras.retryAfterSeconds ?? null);
    case 'not_found':
    // Text that no link of ours holds.
    case 'invalid_request':
      return unknownLinkPage();
    default:
      return troublePage(error.status, requestId);
  }
}
