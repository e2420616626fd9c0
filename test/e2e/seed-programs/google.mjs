// A program for Instantly's OAuth API, of the kind that its integration guide teaches, in our own words and for
// Node.js without packages: start a session with a POST that promises JSON and sends none, show the link, ask
// every 2 seconds, end with 0 or 1.
import process from 'node:process';

const { API_BASE, API_KEY } = process.env;
const pauseMilliseconds = 2000;
const patienceMilliseconds = 10 * 60 * 1000;
const authorization = { Authorization: `Bearer ${API_KEY}` };

async function connectAccount() {
  console.log('Asking for an OAuth session');
  const started = await fetch(`${API_BASE}/oauth/google/init`, {
    method: 'POST',
    headers: { ...authorization, 'Content-Type': 'application/json' },
  });
  const { session_id, auth_url, expires_at } = await started.json();
  console.log(`Session: ${session_id}`);
  console.log(`Ends at: ${expires_at}`);
  console.log(`\nOpen this link to sign in:\n${auth_url}\n`);

  const begin = Date.now();
  while (Date.now() - begin < patienceMilliseconds) {
    const answer = await fetch(`${API_BASE}/oauth/session/status/${session_id}`, { headers: authorization });
    const result = await answer.json();
    switch (result.status) {
      case 'success':
        console.log('\nConnected');
        console.log(`  Email: ${result.email}`);
        console.log(`  Name: ${result.name}`);
        console.log(`  Account ID: ${result.account_id}`);
        return;
      case 'error':
        console.error(`\nRefused: ${result.error}`);
        console.error(`  ${result.error_description}`);
        throw new Error(result.error_description);
      case 'expired':
        console.error('\nToo late');
        throw new Error('the session has expired');
      case 'pending':
        process.stdout.write('.');
        break;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  throw new Error('no result within ten minutes');
}

connectAccount().then(
  () => process.exit(0),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
