// The page: connects mailboxes in a popup, lists them, sends and reads through the server.
import { connect } from '/client/connect.js';

const byId = (id) => document.getElementById(id);
const say = (text) => {
  byId('status').textContent = text;
};

async function ask(path, { body, signal } = {}) {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
    signal,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const endings = {
  connected: ({ progress }) => `${progress.email} is connected.`,
  failed: () => 'The mailbox was not connected.',
  cancelled: () => 'The invitation was withdrawn.',
  expired: () => 'The link is too old; start again.',
  closed: () => 'You closed the window before the mailbox was connected.',
  timed_out: () => 'That took too long; start again.',
  aborted: () => '',
  redirecting: () => 'Going on in this window.',
};

for (const button of document.querySelectorAll('[data-provider]')) {
  // Nothing is awaited before connect(): browsers open a popup for the click alone.
  button.addEventListener('click', async () => {
    try {
      const result = await connect({
        link: () => ask('/api/connect-sessions', { body: { provider: button.dataset.provider } }),
        status: (id, signal) => ask(`/api/connect-sessions/${id}`, { signal }),
      });
      say(endings[result.status](result));
      await showMailboxes();
    } catch (error) {
      say(error.message);
    }
  });
}

function listItem(text, ...buttons) {
  const item = document.createElement('li');
  item.append(text, ' ', ...buttons);
  return item;
}

function newButton(text, act) {
  const button = document.createElement('button');
  button.textContent = text;
  button.addEventListener('click', () => act().catch((error) => say(error.message)));
  return button;
}

async function showMailboxes() {
  const mailboxes = await ask('/api/mailboxes');
  byId('mailboxes').replaceChildren(
    ...mailboxes.map((mailbox) =>
      listItem(
        `${mailbox.email} (${mailbox.status.replaceAll('_', ' ')})`,
        newButton('Write', async () => write(mailbox)),
        newButton('Read', () => read(mailbox)),
      ),
    ),
  );
}

function write({ id, email }) {
  const form = byId('letter');
  form.hidden = false;
  byId('from').textContent = email;
  form.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await ask(`/api/mailboxes/${id}/messages`, { body: Object.fromEntries(new FormData(form)) });
      say('The message is on its way.');
      form.reset();
    } catch (error) {
      say(error.message);
    }
  };
}

async function read({ id }) {
  const messages = await ask(`/api/mailboxes/${id}/messages`);
  byId('inbox').hidden = false;
  byId('messages').replaceChildren(
    ...messages.map(({ from, subject, date }) => listItem(`${subject}, from ${from}, ${date}`)),
  );
}

showMailboxes().catch((error) => say(error.message));
