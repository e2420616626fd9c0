// What Exchange itself must allow: the protocols of a mailbox, and for apps without people, the mailboxes.
// https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
import type { Registration, SetUpStep } from './list.ts';
import { accountTypesOf } from './microsoft-accounts.ts';
import { enterpriseApplications, portalOf } from './microsoft-portals.ts';

const mailbox = '<address of the mailbox>';
const objectId = '<object id of the enterprise application>';

const connectCommand = ({ client }: Registration): string =>
  portalOf(client)?.connect ?? 'Connect-ExchangeOnline';

/** New organisations have SMTP switched off, and no permission switches it on. */
export function mailProtocols(registration: Registration): SetUpStep {
  const types =
    registration.client.grantType === 'client_credentials'
      ? 'one_directory'
      : accountTypesOf(registration.client);
  const isForPersons = types === 'personal_only' || types === 'any_and_personal';
  const isForOrganisations = types !== 'personal_only';
  return {
    step: 'mail_protocols',
    title: 'Switch on IMAP and SMTP',
    where: isForOrganisations
      ? 'Exchange Online PowerShell, by an administrator of the organisation whose mailboxes are connected'
      : 'Outlook.com > Settings > Mail > Forwarding and IMAP, by the mailbox owner',
    what: [
      'Needed for the profiles full and send_only; the profile api reads and sends over Graph and needs neither.',
      ...(isForOrganisations
        ? [
            'In new organisations, sending by SMTP is switched off for everybody. It can stay so, and be switched on for single mailboxes; that takes up to an hour to count.',
            'Security defaults keep SMTP switched off, too: replace them by Conditional Access, or connect with the profile api.',
          ]
        : []),
      ...(isForPersons
        ? [
            'In a personal mailbox, the owner switches on Let devices and apps use IMAP under Settings > Mail > Forwarding and IMAP of Outlook.com.',
          ]
        : []),
    ],
    values: isForOrganisations
      ? [
          { label: 'Sign in', value: connectCommand(registration) },
          {
            label: 'SMTP for one mailbox',
            value: `Set-CASMailbox -Identity ${mailbox} -SmtpClientAuthenticationDisabled $false`,
          },
          { label: 'IMAP for one mailbox', value: `Set-CASMailbox -Identity ${mailbox} -ImapEnabled $true` },
        ]
      : [],
    url: null,
    remedyFor: [
      ...(isForOrganisations ? (['smtp_auth_disabled', 'imap_disabled', 'security_defaults'] as const) : []),
      ...(isForPersons ? (['imap_switched_off_personal'] as const) : []),
    ],
  };
}

/** Entra lets the app sign in; only this makes Exchange know it. */
export const servicePrincipal = (registration: Registration): SetUpStep => ({
  step: 'service_principal',
  title: 'Make the app known to Exchange',
  where: 'Exchange Online PowerShell, by an administrator of the organisation',
  what: [
    'Needed for the profiles full and send_only.',
    'Take the object id of the enterprise application (Enterprise applications > the app > Overview). The object id of the app registration is another one, is taken without complaint, and opens no mailbox.',
    'It can take up to an hour to count.',
  ],
  values: [
    { label: 'Sign in', value: connectCommand(registration) },
    {
      label: 'Make the service principal',
      value: `New-ServicePrincipal -AppId ${registration.client.clientId} -ObjectId ${objectId} -DisplayName "mailgrant"`,
    },
  ],
  url: enterpriseApplications(registration.client),
  remedyFor: ['app_only_not_allowed'],
});

export const mailboxAccess = ({ client }: Registration): SetUpStep => ({
  step: 'mailbox_access',
  title: 'Choose the mailboxes',
  where: 'Exchange Online PowerShell, by an administrator of the organisation',
  what: [
    'IMAP: give the app full access to each mailbox that it is to open.',
    'SMTP: give it the right to send as each of them. Where it is only to send, the Exchange role Application SMTP.SendAsApp does instead of the permission SMTP.SendAsApp in Entra, and can be limited to some mailboxes.',
    'Graph (profile api): the application permissions are good for every mailbox of the organisation. To limit them, take them back in Entra and give the app the Exchange roles of the same names with a scope of mailboxes.',
    'It can take up to an hour to count.',
  ],
  values: [
    {
      label: 'IMAP, one mailbox',
      value: `Add-MailboxPermission -Identity ${mailbox} -User ${objectId} -AccessRights FullAccess`,
    },
    {
      label: 'SMTP, one mailbox',
      value: `Add-RecipientPermission -Identity ${mailbox} -Trustee ${objectId} -AccessRights SendAs`,
    },
    {
      label: 'A scope of mailboxes',
      value: `New-ManagementScope -Name "mailgrant" -RecipientRestrictionFilter "CustomAttribute1 -eq 'mailgrant'"`,
    },
    ...['Application SMTP.SendAsApp', 'Application Mail.ReadWrite', 'Application Mail.Send'].map((role) => ({
      label: `Role ${role}, within the scope`,
      value: `New-ManagementRoleAssignment -App ${objectId} -Role "${role}" -CustomResourceScope "mailgrant"`,
    })),
  ],
  url: enterpriseApplications(client),
  remedyFor: ['app_only_not_allowed', 'send_as_denied', 'api_access_denied'],
});
