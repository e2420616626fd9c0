# syntax=docker/dockerfile:1
# The container image: built from this checkout, run by nobody in particular, with nothing in it that only building
# needs. Also reads as a Containerfile. How to run it: docs/install.md.

FROM node:24-bookworm-slim AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Not `npm ci`: it refuses a lock file that lacks the optional packages of other machines.
RUN npm install --no-save --ignore-scripts --omit=dev

FROM packages AS build
RUN npm install --no-save --ignore-scripts
COPY . .
RUN node --disable-warning=ExperimentalWarning scripts/build-package.ts

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Mailgrant" \
      org.opencontainers.image.description="Connects Gmail and Outlook mailboxes over OAuth 2.0, keeps their grants alive and hands out access tokens that work." \
      org.opencontainers.image.licenses="Apache-2.0"
# What only builds need is not there for anybody else to use.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn* \
 && mkdir -p /data && chown 1000:1000 /data && chmod 700 /data
WORKDIR /app
COPY --from=packages /src/package.json ./
COPY --from=packages /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY LICENSE SECURITY.md CHANGELOG.md ./
COPY bin ./bin
ENV NODE_ENV=production \
    MAILGRANT_HOST=0.0.0.0 \
    MAILGRANT_PORT=8025 \
    MAILGRANT_DATA_DIR=/data \
    MAILGRANT_FIRST_API_KEY_FILE=/data/first-api-keys.json
# First API keys are written to that file, because what is printed is kept in logs.
# A number, so that an orchestrator can see that it is not root. Everything but /data may be read-only.
USER 1000:1000
VOLUME /data
EXPOSE 8025
# Liveness only: a database that is away must not have the process restarted. Load balancers ask /readyz. The start
# period is for migrations, while which the port is closed.
HEALTHCHECK --interval=15s --timeout=5s --start-period=10m --start-interval=2s --retries=3 \
  CMD ["node", "/app/bin/health.cjs"]
# Node.js itself is the first process, so signals reach it.
ENTRYPOINT ["node", "/app/bin/mailgrant.cjs"]
CMD ["serve"]
