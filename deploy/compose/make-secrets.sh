#!/bin/sh
# Makes the secrets of compose.postgres.yaml, once: keyring, password of the database, its URL. Never overwrites one.
# They are files of the user 1000 of the containers, so run this as root, or as that user.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

make() {
  if [ -e "secrets/$1" ]; then
    echo "secrets/$1 is there already"
  else
    cat > "secrets/$1"
    echo "secrets/$1 made"
  fi
}

echo "k1:$(openssl rand -base64 32)" | make keyring
openssl rand -hex 24 | tr -d '\n' | make postgres_password
printf 'postgres://mailgrant:%s@postgres/mailgrant' "$(cat secrets/postgres_password)" | make database_url
if [ "$(id -u)" = 0 ]; then chown 1000:1000 secrets/keyring secrets/database_url; fi
# The first process of PostgreSQL's image reads its password as root, and drops to its own user afterwards.
echo 'Keep a copy of secrets/keyring away from the database: without it every token is lost.'
