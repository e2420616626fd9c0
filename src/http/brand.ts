// How a page is dressed: this server's plain look, or the name, logo, colour and links of a workspace that shows itself
// under its own brand. On the workspace's own host there is no word about the server then; on the server's own the footer
// says where one is, whatever name and logo stand above it.
import { isBranded, type Logo, nameOf, type Workspace } from '../core/index.ts';
import { type Html, html } from './html.ts';

export type Brand = {
  name: string;
  logo: Logo | null;
  /** `#rrggbb` */
  accentColor: string | null;
  supportUrl: string | null;
  privacyUrl: string | null;
  /** Host of the server that the page is on; null on the workspace's own. */
  serverHost: string | null;
};

/** Null = the server's own look. */
export function brandOf(
  workspace: Workspace | null,
  { serverHost }: Pick<Brand, 'serverHost'>,
): Brand | null {
  if (!workspace || !isBranded(workspace.settings.branding)) return null;
  const { logo, accentColor, supportUrl, privacyUrl } = workspace.settings.branding;
  return { name: nameOf(workspace), logo, accentColor, supportUrl, privacyUrl, serverHost };
}

/** Inside the page, so that nothing is loaded; the name stands next to it only in words that a screen reader has. */
export function logoOf({ name, logo }: Brand): Html {
  if (!logo) return html`<p class="brand">${name}</p>`;
  return html`<p class="brand"><img src="data:${logo.mediaType};base64,${logo.base64}" alt="${name}"></p>`;
}

export const footerOf = (brand: Brand | null): Html => html`<footer>${brand?.name ?? 'Mailgrant'}
${brand?.supportUrl ? html`<a href="${brand.supportUrl}">Help</a>` : null}
${brand?.privacyUrl ? html`<a href="${brand.privacyUrl}">Privacy</a>` : null}
${brand?.serverHost ? html`<p class="server">Mailgrant at ${brand.serverHost}</p>` : null}
</footer>`;

/** Declarations for the style sheet; the colour of the text on a button is the one that can be read better. */
export function colorsOf(brand: Brand | null): string {
  const color = brand?.accentColor ?? null;
  if (color === null || !/^#[0-9a-f]{6}$/i.test(color)) return '';
  return `:root { --button: ${color}; --on-button: ${readableOn(color)}; --edge: var(--soft); }\n`;
}

/** Black or white: whichever is chosen, its contrast is at least 4.58:1 (WCAG 2.2, 1.4.3 asks for 4.5:1). */
export function readableOn(color: string): '#000' | '#fff' {
  const light = luminanceOf(color);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? '#000' : '#fff';
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
