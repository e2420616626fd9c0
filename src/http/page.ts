// The frame of every page for people: one heading, one style sheet inside, no script, nothing loaded.
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { type Html, html, textOf, trusted } from './html.ts';

export type Page = { status: number; title: string; tone: 'plain' | 'good' | 'bad'; content: Html };

// Contrast of text to ground is above 7:1 in both schemes.
const style = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --text: #1a1d21; --soft: #4a525c;
  --line: #d5d9df; --accent: #0b57a4; --on-accent: #fff; --good: #125c2f; --bad: #96180f; }
@media (prefers-color-scheme: dark) { :root { --ground: #111418; --card: #1b2026; --text: #f0f2f5;
  --soft: #b9c1cb; --line: #38404a; --accent: #9ecbff; --on-accent: #0a1a2b; --good: #8fe0ae; --bad: #ffb3ab; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif; display: flex; flex-direction: column; align-items: center; }
main { width: 100%; max-width: 34rem; margin: auto; padding: 1.5rem; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.25rem 0 .25rem; }
p, ul, dl { margin: 0 0 1rem; overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; }
dt { color: var(--soft); font-size: .9rem; }
dd { margin: 0 0 .6rem; font-weight: 600; }
.good h1 { color: var(--good); }
.bad h1 { color: var(--bad); }
a { color: var(--accent); }
.soft { color: var(--soft); font-size: .9rem; }
button { font: inherit; font-weight: 600; width: 100%; min-height: 3rem; padding: .6rem 1rem; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 2px solid transparent; border-radius: .5rem; }
button:focus-visible { outline: 3px solid var(--text); outline-offset: 3px; }
footer { padding: 0 1.5rem 1.5rem; color: var(--soft); font-size: .85rem; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

const headers = {
  // No form-action: browsers apply it to the redirects that follow a form post too, and ours lead to the
  // provider's sign-in and from there to whatever host an organisation signs in at.
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; img-src 'none'; base-uri 'none'; frame-ancestors 'none'`,
  'x-frame-options': 'DENY',
  // No Cross-Origin-Opener-Policy on purpose: it would cut the tie to a caller that opened this page in a
  // popup, which then takes the popup for closed. There is no script here that an opener could reach.
} as const;

export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .code(page.status)
    .headers(headers)
    .type('text/html; charset=utf-8')
    .send(textOf(document(page)));
}

const document = ({ title, tone, content }: Page): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main class="${tone}">
<article>
<h1>${title}</h1>
${content}
</article>
</main>
<footer>Mailgrant</footer>
</body>
</html>
`;
