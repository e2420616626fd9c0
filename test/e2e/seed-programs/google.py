# A program for Instantly's OAuth API, of the kind that its integration guide teaches, in our own words: the same
# calls as google.mjs, by `requests`, with both headers on every call, and 300 questions at most.
import os
import time

import requests

API_BASE = os.environ['API_BASE']
API_KEY = os.environ['API_KEY']
PAUSE_SECONDS = 2
QUESTIONS_MAX = 300


def connect_account():
    headers = {'Authorization': f'Bearer {API_KEY}', 'Content-Type': 'application/json'}

    print('Asking for an OAuth session')
    started = requests.post(f'{API_BASE}/oauth/google/init', headers=headers).json()
    session_id = started['session_id']
    auth_url = started['auth_url']
    expires_at = started['expires_at']
    print(f'Session: {session_id}')
    print(f'Ends at: {expires_at}')
    print(f'\nOpen this link to sign in:\n{auth_url}\n', flush=True)

    for _ in range(QUESTIONS_MAX):
        result = requests.get(f'{API_BASE}/oauth/session/status/{session_id}', headers=headers).json()
        if result['status'] == 'success':
            print('\nConnected')
            print(f"  Email: {result['email']}")
            print(f"  Name: {result['name']}")
            print(f"  Account ID: {result['account_id']}")
            return
        if result['status'] == 'error':
            print(f"\nRefused: {result['error']}")
            print(f"  {result.get('error_description', '')}")
            raise Exception(result.get('error_description', result['error']))
        if result['status'] == 'expired':
            print('\nToo late')
            raise Exception('the session has expired')
        print('.', end='', flush=True)
        time.sleep(PAUSE_SECONDS)

    raise Exception('no result within ten minutes')


if __name__ == '__main__':
    connect_account()
