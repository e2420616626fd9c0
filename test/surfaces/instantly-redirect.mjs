// Loaded before a published client whose base URL cannot be set: its calls go to the server under test instead. The
// client itself stays as it was published. Everything else it might call is refused.
const wanted = 'https://api.instantly.ai';
const instead = process.env.MAILGRANT_TEST_BASE_URL;
const original = globalThis.fetch;

globalThis.fetch = (url, options) => {
  const text = String(url);
  if (!text.startsWith(`${wanted}/`)) throw new Error(`a call that this test does not expect: ${text}`);
  return original(instead + text.slice(wanted.length), options);
};
