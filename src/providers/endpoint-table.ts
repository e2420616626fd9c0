// Where each cloud of Google and Microsoft lives: the published endpoints, as data. Reading an operator's
// replacements is in endpoints.ts.
import type { MailServer } from '../core/ports.ts';

export type GoogleEndpoints = {
  /** Accepted `iss`, with its scheme; the scheme-less spelling of each is accepted too. */
  issuers: string[];
  authorization: string;
  token: string;
  /** JSON Web Key Set. */
  keys: string;
  revocation: string;
  userinfo: string;
  imap: MailServer;
  smtp: MailServer;
  /** Base URL, up to and including the version. */
  gmailApi: string;
};

export type MicrosoftEndpoints = {
  /** Each holds `{tenantid}`, which stands for the directory's GUID. */
  issuers: string[];
  /** Holds `{tenant}`: `common`, `organizations`, `consumers`, a GUID or a domain. */
  authorization: string;
  /** Holds `{tenant}`. */
  token: string;
  /** Where an administrator approves for a whole directory. Holds `{tenant}`. */
  adminConsent: string;
  keys: string;
  userinfo: string;
  /** Prefix of the Exchange scopes, without a trailing slash. */
  outlookResource: string;
  /** Prefix of the Graph scopes, without a trailing slash. */
  graphResource: string;
  imap: MailServer;
  smtp: MailServer;
  graph: string;
};

export type EndpointTable = {
  /** Absolute path of a further certificate authority for the mail servers; null = only the usual ones. */
  caFile: string | null;
  google: Record<string, GoogleEndpoints>;
  microsoft: Record<string, MicrosoftEndpoints>;
  /** Entries that an operator's file replaced or added, as `google.default.token`. */
  replaced: string[];
};

const entra = (login: string) => ({
  issuers: [`${login}/{tenantid}/v2.0`],
  authorization: `${login}/{tenant}/oauth2/v2.0/authorize`,
  token: `${login}/{tenant}/oauth2/v2.0/token`,
  adminConsent: `${login}/{tenant}/v2.0/adminconsent`,
  keys: `${login}/common/discovery/v2.0/keys`,
});

const exchange = (host: string, smtpHost: string) => ({
  imap: { host, port: 993, tls: 'implicit' } as const,
  /** Exchange Online offers submission by STARTTLS only. */
  smtp: { host: smtpHost, port: 587, tls: 'starttls' } as const,
});

/** The published endpoints. The first cloud of each provider is its default. */
export const builtInEndpoints: EndpointTable = {
  caFile: null,
  replaced: [],
  google: {
    default: {
      issuers: ['https://accounts.google.com'],
      authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
      token: 'https://oauth2.googleapis.com/token',
      keys: 'https://www.googleapis.com/oauth2/v3/certs',
      revocation: 'https://oauth2.googleapis.com/revoke',
      userinfo: 'https://openidconnect.googleapis.com/v1/userinfo',
      imap: { host: 'imap.gmail.com', port: 993, tls: 'implicit' },
      smtp: { host: 'smtp.gmail.com', port: 465, tls: 'implicit' },
      gmailApi: 'https://gmail.googleapis.com/gmail/v1',
    },
  },
  microsoft: {
    global: {
      ...entra('https://login.microsoftonline.com'),
      ...exchange('outlook.office365.com', 'smtp.office365.com'),
      userinfo: 'https://graph.microsoft.com/oidc/userinfo',
      outlookResource: 'https://outlook.office.com',
      graphResource: 'https://graph.microsoft.com',
      graph: 'https://graph.microsoft.com/v1.0',
    },
    'us-gov-l4': {
      ...entra('https://login.microsoftonline.us'),
      ...exchange('outlook.office365.us', 'smtp.office365.us'),
      userinfo: 'https://graph.microsoft.us/oidc/userinfo',
      outlookResource: 'https://outlook.office365.us',
      graphResource: 'https://graph.microsoft.us',
      graph: 'https://graph.microsoft.us/v1.0',
    },
    /** Mail hosts and Exchange scopes of the two clouds below come from secondary sources only. */
    'us-gov-dod': {
      ...entra('https://login.microsoftonline.us'),
      ...exchange('outlook-dod.office365.us', 'outlook-dod.office365.us'),
      userinfo: 'https://dod-graph.microsoft.us/oidc/userinfo',
      outlookResource: 'https://outlook.office365.us',
      graphResource: 'https://dod-graph.microsoft.us',
      graph: 'https://dod-graph.microsoft.us/v1.0',
    },
    china: {
      ...entra('https://login.partner.microsoftonline.cn'),
      ...exchange('partner.outlook.cn', 'smtp.partner.outlook.cn'),
      userinfo: 'https://microsoftgraph.chinacloudapi.cn/oidc/userinfo',
      outlookResource: 'https://partner.outlook.cn',
      graphResource: 'https://microsoftgraph.chinacloudapi.cn',
      graph: 'https://microsoftgraph.chinacloudapi.cn/v1.0',
    },
  },
};
