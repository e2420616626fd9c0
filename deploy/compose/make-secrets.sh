#!/bin/sh
# Makes the secrets of compose.postgres.yaml, once: keyring, password of the database, its URL. Never overwrites one.
# They are files of the user 1000 of the containers, so run this as root, or as that user.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

# An assignment ends the script when its command fails, which a pipe and an argument would hide.
make() {
  if [ -e "secrets/$1" ]; then
    echo "secrets/$1 is there already"
  else
    # Under another name until it is whole: a file that is there is never made again.
    printf '%s' "$2" > "secrets/$1.part"
    mv "secrets/$1.part" "secrets/$1"
    echo "secrets/$1 made"
  fi
}

key=$(openssl rand -base64 32)
password=$(openssl rand -hex 24)
make keyring "k1:$key
"
make postgres_password "$password"
password=$(cat secrets/postgres_password)
make database_url "postgres://mailgrant:$password@postgres/mailgrant"
if [ "$(id -u)" = 0 ]; then chown 1000:1000 secrets/keyring secrets/database_url; fi
# The first process of PostgreSQL's image reads its password as root, and drops to its own user afterwards.
echo 'Keep a copy of secrets/keyring away from the database: without it every token is lost.'
