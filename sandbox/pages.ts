// The pages a person sees at the provider: pick an account, allow or cancel, or an error. Plain HTML, one form each.
import type { SandboxUser } from './users.ts';

export function signInPage(facts: {
  provider: string;
  action: string;
  users: SandboxUser[];
  loginHint: string | undefined;
}): string {
  const hint = facts.loginHint?.toLowerCase();
  const ordered = facts.users.toSorted((a, b) => Number(b.login === hint) - Number(a.login === hint));
  const buttons = ordered.map((user) => {
    const login = escapeHtml(user.login);
    const chosen = user.login === hint ? ' autofocus aria-current="true"' : '';
    const name = user.name === undefined ? '' : ` (${escapeHtml(user.name)})`;
    return `<p><button type="submit" name="login" value="${login}"${chosen}>${login}${name}</button></p>`;
  });
  return page(
    `Sign in - ${facts.provider}`,
    `<h1>Choose an account</h1>
<form method="post" action="${escapeHtml(facts.action)}">
<input type="hidden" name="step" value="sign-in">
${buttons.join('\n')}
<p><button type="submit" name="step" value="cancel">Cancel</button></p>
</form>`,
  );
}

export function consentPage(facts: {
  provider: string;
  action: string;
  clientId: string;
  login: string;
  identityScopes: string[];
  scopes: string[];
  granular: boolean;
}): string {
  const scopes = facts.scopes.map((scope) => {
    const value = escapeHtml(scope);
    return facts.granular
      ? `<li><label><input type="checkbox" name="scope" value="${value}" checked> ${value}</label></li>`
      : `<li>${value}</li>`;
  });
  const identity = facts.identityScopes.map((scope) => `<li>${escapeHtml(scope)}</li>`);
  return page(
    `Consent - ${facts.provider}`,
    `<h1>Allow access?</h1>
<p><strong>${escapeHtml(facts.clientId)}</strong> asks for access to <strong>${escapeHtml(facts.login)}</strong>:</p>
<form method="post" action="${escapeHtml(facts.action)}">
<ul>${[...identity, ...scopes].join('\n')}</ul>
<p><button type="submit" name="step" value="allow">Allow</button>
<button type="submit" name="step" value="cancel">Cancel</button></p>
</form>`,
  );
}

/** Entra's page for a person who may not consent; the one way on leads back without a grant. */
export function approvalPage(facts: {
  provider: string;
  action: string;
  clientId: string;
  code: string;
  mayAsk: boolean;
}): string {
  const ask = '<button type="submit" name="step" value="request">Request approval</button>\n';
  return page(
    `Approval - ${facts.provider}`,
    `<h1>${facts.mayAsk ? 'Approval required' : 'Need admin approval'}</h1>
<p><strong>${escapeHtml(facts.clientId)}</strong> needs permission to access resources in your organization that only an
administrator can grant (${escapeHtml(facts.code)}).</p>
<form method="post" action="${escapeHtml(facts.action)}">
<p>${facts.mayAsk ? ask : ''}<button type="submit" name="step" value="return">Return to the application without granting consent</button></p>
</form>`,
  );
}

/** The page on which an administrator consents for the whole directory. */
export function adminConsentPage(facts: {
  action: string;
  clientId: string;
  login: string;
  scopes: string[];
}): string {
  const scopes = facts.scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`);
  return page(
    'Consent - Microsoft',
    `<h1>Permissions requested</h1>
<p>Review for your organization: <strong>${escapeHtml(facts.clientId)}</strong> would get access for everybody in the
directory of ${escapeHtml(facts.login)}.</p>
<form method="post" action="${escapeHtml(facts.action)}">
<input type="hidden" name="administrator" value="${escapeHtml(facts.login)}">
<ul>${scopes.join('\n')}</ul>
<p><button type="submit" name="step" value="allow">Accept</button>
<button type="submit" name="step" value="cancel">Cancel</button></p>
</form>`,
  );
}

export function errorPage(facts: { provider: string; title: string; detail: string }): string {
  return page(
    `Error - ${facts.provider}`,
    `<h1>${escapeHtml(facts.title)}</h1><p>${escapeHtml(facts.detail)}</p>`,
  );
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>body{font:16px sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.4rem .8rem}</style>
</head>
<body>
<p>Sandbox stand-in, not the real provider.</p>
${body}
</body>
</html>`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
