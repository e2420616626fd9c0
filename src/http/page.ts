// The frame of every page for people: one heading, one style sheet inside, no script, nothing loaded.
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { type Brand, colorsOf, footerOf, logoOf } from './brand.ts';
import { type Html, html, textOf, trusted } from './html.ts';

export type Page = { status: number; title: string; tone: 'plain' | 'good' | 'bad'; content: Html };

// Contrast of text to ground is above 7:1 in both schemes.
const style = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --text: #1a1d21; --soft: #4a525c;
  --line: #d5d9df; --accent: #0b57a4; --on-accent: #fff; --good: #125c2f; --bad: #96180f;
  --button: var(--accent); --on-button: var(--on-accent); --edge: transparent; }
@media (prefers-color-scheme: dark) { :root { --ground: #111418; --card: #1b2026; --text: #f0f2f5;
  --soft: #b9c1cb; --line: #38404a; --accent: #9ecbff; --on-accent: #0a1a2b; --good: #8fe0ae; --bad: #ffb3ab; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif; display: flex; flex-direction: column; align-items: center; }
header { width: 100%; max-width: 34rem; padding: 1.5rem 1.5rem 0; }
main { width: 100%; max-width: 34rem; margin: auto; padding: 1.5rem; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.25rem 0 .25rem; }
p, ul, ol, dl { margin: 0 0 1rem; overflow-wrap: anywhere; }
ul, ol { padding-left: 1.25rem; }
li { margin-bottom: .25rem; }
dt { color: var(--soft); font-size: .9rem; }
dd { margin: 0 0 .6rem; font-weight: 600; }
.steps dd { font-weight: 400; }
.good h1 { color: var(--good); }
.bad h1 { color: var(--bad); }
a { color: var(--accent); overflow-wrap: anywhere; }
a:focus-visible, textarea:focus-visible { outline: 3px solid var(--text); outline-offset: 3px; }
.soft { color: var(--soft); font-size: .9rem; }
.steps { list-style: none; padding: 0; }
.steps > li { border-top: 1px solid var(--line); padding-top: .75rem; margin-bottom: .75rem; }
.passed { color: var(--good); }
.failed { color: var(--bad); }
label { font-weight: 600; }
textarea { font: inherit; width: 100%; min-height: 13rem; margin-top: .25rem; padding: .6rem; color: var(--text);
  background: var(--ground); border: 1px solid var(--soft); border-radius: .5rem; resize: vertical; }
form { margin: 0; }
button { font: inherit; font-weight: 600; width: 100%; min-height: 3rem; padding: .6rem 1rem; cursor: pointer;
  color: var(--on-button); background: var(--button); border: 2px solid var(--edge); border-radius: .5rem; }
button.second { color: var(--text); background: var(--card); border-color: var(--soft); }
button:focus-visible { outline: 3px solid var(--text); outline-offset: 3px; }
details { border-top: 1px solid var(--line); }
summary { font-weight: 600; padding: .65rem 0; cursor: pointer; overflow-wrap: anywhere; }
summary:focus-visible { outline: 3px solid var(--text); }
details > p { margin: .4rem 0 .6rem; }
.brand { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.brand img { display: block; max-width: 100%; max-height: 4rem; }
footer { padding: 0 1.5rem 1.5rem; color: var(--soft); font-size: .85rem; }
footer .server { margin: .25rem 0 0; }
footer a { color: inherit; margin-left: .75rem; display: inline-block; min-height: 1.5rem; }
`;

const headersFor = (sheet: string, image: 'data:' | "'none'") => ({
  // No form-action: browsers apply it to the redirects that follow a form post too, and ours lead to the
  // provider's sign-in and from there to whatever host an organisation signs in at.
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(sheet).digest('base64')}'; img-src ${image}; base-uri 'none'; frame-ancestors 'none'`,
  'x-frame-options': 'DENY',
  // No Cross-Origin-Opener-Policy on purpose: it would cut the tie to a caller that opened this page in a
  // popup, which then takes the popup for closed. There is no script here that an opener could reach.
});

const plainHeaders = headersFor(style, "'none'");

/** `brand` null = this server's own look. */
export function sendPage(reply: FastifyReply, page: Page, brand: Brand | null = null): FastifyReply {
  const sheet = style + colorsOf(brand);
  return reply
    .code(page.status)
    .headers(brand === null ? plainHeaders : headersFor(sheet, brand.logo ? 'data:' : "'none'"))
    .type('text/html; charset=utf-8')
    .send(textOf(document(page, sheet, brand)));
}

const document = (
  { title, tone, content }: Page,
  sheet: string,
  brand: Brand | null,
): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${brand === null ? title : `${title} - ${brand.name}`}</title>
<style>${trusted(sheet)}</style>
</head>
<body>
${brand === null ? null : html`<header>${logoOf(brand)}</header>`}
<main class="${tone}">
<article>
<h1>${title}</h1>
${content}
</article>
</main>
${footerOf(brand)}
</body>
</html>
`;
