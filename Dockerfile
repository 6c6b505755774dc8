# The whole product on one machine: every function on one port, the sandbox and the embedded warehouse. compose.yaml runs it with
# PostgreSQL and says what the sandbox needs of the container.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:2fe369e969550cde8e867afc3fe370b260140cab4a23d467074295b42163d553

FROM ${NODE_IMAGE}
# As in sandbox/Dockerfile, which says why packages go again.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      bubblewrap=0.8.0-2* \
      ca-certificates \
      python3=3.11.2-1* \
      python3-matplotlib=3.6.3-1* \
      python3-numpy=1:1.24.2-1* \
      python3-openpyxl=3.0.9-1* \
      python3-pandas=1.5.3+dfsg-2* \
      python3-pil=9.4.0-1.1* \
      python3-scipy=1.10.1-2* \
      python3-sklearn=1.2.1+dfsg-1* \
      python3-sympy=1.11.1-1* \
      tini=0.19.0-1* \
 && dpkg --purge --force-depends $(dpkg-query --show --showformat='${Package}\n' \
      | grep -E '^((cpp|g\+\+|gcc)(-[0-9]+)?|binutils.*|lib(asan|binutils|gprofng|lsan|tsan|ubsan).*|.*-dev|unicode-data)$') \
 && find /usr/lib/python3/dist-packages -type d -name tests -prune -exec rm -r {} + \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
# Node is there already: the one among the packages is for machines with an older Node.
RUN npm ci --omit=dev --no-audit --no-fund \
 && npm cache clean --force \
 && rm -rf node_modules/node-linux-* node_modules/.bin/node
COPY . .
RUN node scripts/build-sandbox.ts \
 && install --directory --owner=node --group=node --mode=0700 /data
USER node
ENV HOST=0.0.0.0 PORT=8080 CODEX_DATA_DIR=/data
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "local/start.ts"]
