// How the brand of a workspace looks in the native API. What can be wrong with its values the core says.
import { type Static, Type } from 'typebox';
import type { Branding } from '../../core/index.ts';
import { closed, nullable, oneOf, text } from './parts.ts';

const members = {
  display_name: nullable(
    text({ description: "Shown in place of the workspace's name.", examples: ['Acme'], maxLength: 100 }),
  ),
  logo: nullable(
    Type.Object(
      {
        media_type: oneOf(['image/png', 'image/jpeg', 'image/webp'], { description: 'What it is.' }),
        data: Type.String({
          minLength: 1,
          maxLength: 45_000,
          pattern: '^[A-Za-z0-9+/]+={0,2}$',
          description: 'The file as base64; at most 32 KiB before.',
          examples: ['iVBORw0KGgo='],
        }),
      },
      { ...closed, description: 'Shown on the pages.' },
    ),
  ),
  accent_color: nullable(
    text({ description: 'Of buttons, `#rrggbb`.', examples: ['#0b57a4'], maxLength: 7 }),
  ),
  origin: nullable(
    text({
      description:
        "Scheme and host of the pages, and of the callbacks of the workspace's own OAuth clients: their `redirect_uri` changes with it. Only a key of the installation may set it.",
      examples: ['https://connect.example.com'],
      maxLength: 512,
    }),
  ),
  support_url: nullable(
    text({
      description: 'Where people find help: `https:` or `mailto:`.',
      examples: ['mailto:help@example.com'],
      maxLength: 512,
    }),
  ),
  privacy_url: nullable(
    text({
      description: 'Privacy notice, `https:`.',
      examples: ['https://example.com/privacy'],
      maxLength: 512,
    }),
  ),
};

export const brandingSchema = Type.Object(members, {
  $id: 'Branding',
  title: 'Branding',
  description: 'How the pages look to customers and mailbox owners. Null = ours.',
});

export const brandingChanges = Type.Object(
  {
    display_name: Type.Optional(members.display_name),
    logo: Type.Optional(members.logo),
    accent_color: Type.Optional(members.accent_color),
    origin: Type.Optional(members.origin),
    support_url: Type.Optional(members.support_url),
    privacy_url: Type.Optional(members.privacy_url),
  },
  {
    ...closed,
    minProperties: 1,
    description: 'Members that are not sent stay as they are; null removes one.',
  },
);

export const presentBranding = (branding: Branding): Static<typeof brandingSchema> => ({
  display_name: branding.displayName,
  logo: branding.logo && { media_type: branding.logo.mediaType, data: branding.logo.base64 },
  accent_color: branding.accentColor,
  origin: branding.origin,
  support_url: branding.supportUrl,
  privacy_url: branding.privacyUrl,
});

export function brandingOf(body: Static<typeof brandingChanges>): Partial<Branding> {
  const { logo } = body;
  return {
    ...(body.display_name === undefined ? {} : { displayName: body.display_name }),
    ...(logo === undefined ? {} : { logo: logo && { mediaType: logo.media_type, base64: logo.data } }),
    ...(body.accent_color === undefined ? {} : { accentColor: body.accent_color }),
    ...(body.origin === undefined ? {} : { origin: body.origin }),
    ...(body.support_url === undefined ? {} : { supportUrl: body.support_url }),
    ...(body.privacy_url === undefined ? {} : { privacyUrl: body.privacy_url }),
  };
}
